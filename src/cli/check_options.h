#pragma once
/// What `check` was asked to do, by the command line and, where that says nothing, by `graphwitness.toml`.

#include <optional>
#include <string>
#include <vector>

#include "cli/load_options.h"
#include "cli/start/command.h"
#include "cli/start/options.h"
#include "gate/settings.h"
#include "graphwitness/rules/rule.h"

namespace graphwitness {

/// A further report of the same call.
struct ReportFile {
  std::string format;
  std::string file;
};

struct CheckOptions {
  std::vector<std::string> models{};
  OutputOptions output{};
  LoadFlags load{};
  std::string against{};
  std::vector<const Rule*> rules{};
  RuleOptions rule_options{};
  std::optional<Severity> fail_on{};  ///< none: never
  std::string baseline{};             ///< "": none
  std::string write_baseline{};       ///< "": do not
  gate::Settings settings{};
  std::vector<ReportFile> reports{};
};

/// False when --help was asked for, and printed. Throws UsageError, and InputError for settings that are wrong.
bool parse_check_options(const Command& self, const Invocation& call, CheckOptions& chosen);

}  // namespace graphwitness
