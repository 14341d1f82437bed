#pragma once
/// `graphwitness.toml`: what a project has agreed on for `check`. docs/ci.md describes it.
///
/// A key or a rule that does not exist is an error with a suggestion, since a setting that is silently not in force is
/// worse than none.

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "graphwitness/findings/finding.h"

namespace graphwitness::gate {

/// What a part of the findings is given instead of its own severity. All that is given must fit.
struct Override {
  std::vector<std::string> rules{};    ///< empty: every rule
  std::string file{};                  ///< pattern of Python files; "": any
  std::string module{};                ///< pattern of modules; "": any
  std::string model{};                 ///< pattern of model files; "": any
  std::optional<Severity> severity{};  ///< none: the findings do not count
  std::string reason{};
  std::string expires{};   ///< the last day, "2027-01-31"; "": none
  std::uint32_t line = 0;  ///< in the file of settings
};

/// What the file does not say is empty; the command line goes before it.
struct Settings {
  std::string path{};  ///< as shown; "": there is no such file
  std::string purpose{};
  std::string fail_on{};
  std::vector<std::string> select{};
  std::vector<std::string> ignore{};
  std::string target{};
  std::string source_root{};  ///< from the current folder
  std::string baseline{};     ///< likewise
  std::map<std::string, Severity> severities{};
  std::vector<Override> overrides{};
};

/// Throws InputError with file and line. `rules` are all that there are; paths in the text are relative to the folder
/// of `path`.
Settings parse_settings(std::string_view text, const std::string& path, std::span<const std::string_view> rules);
Settings read_settings(const std::string& path, std::span<const std::string_view> rules);

/// The nearest `graphwitness.toml` in a folder or above it, as a path from that folder; "" when there is none.
std::string find_settings(const std::filesystem::path& folder);

}  // namespace graphwitness::gate
