#pragma once
/// The findings of a project at the time when it began to check: they do not count until they come back changed.
///
/// A finding is known when the baseline has its fingerprint for the same model; or, when its line was edited, its
/// operators
/// (`Finding::structure`), each entry for one finding only. One that has become graver is not known. So a finding that
/// is mended while another of the same rule, function and operators appears is taken for an edited line.

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "graphwitness/report/report.h"

namespace graphwitness::gate {

struct BaselineEntry {
  std::string model{};  ///< from the folder of the baseline
  std::string rule{};
  Severity severity = Severity::note;
  std::string fingerprint{};
  std::string structure{};
  std::string file{};  ///< this and the message are for people
  std::string message{};
};

struct Baseline {
  std::string path{};
  std::vector<BaselineEntry> entries{};
};

/// Throws InputError that names the path and what is wrong.
Baseline parse_baseline(std::string_view text, const std::string& path);
Baseline read_baseline(const std::string& path);

/// Marks what is known as suppressed. Returns the entries of models and rules that were looked at, and of models that
/// are no more, which no finding needs any longer.
std::vector<BaselineEntry> apply_baseline(Report& report, const Baseline& baseline,
                                          const std::set<std::string, std::less<>>& run_rules);

/// All findings that no comment and no setting silences, and what of `before` this call did not look at.
Baseline new_baseline(const Report& report, const std::string& path, const Baseline& before,
                      const std::set<std::string, std::less<>>& run_rules);
std::string to_text(const Baseline& baseline);

}  // namespace graphwitness::gate
