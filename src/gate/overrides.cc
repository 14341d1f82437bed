#include "gate/overrides.h"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>

#include "support/glob.h"

namespace graphwitness::gate {
namespace {

/// A path pattern may begin at any folder, so that it fits however the path was recorded.
bool covers_path(const std::string& pattern, const std::string& path) {
  return !path.empty() && glob_covers(pattern.starts_with('/') ? pattern : "**/" + pattern, path, '/');
}

bool fits(const Override& one, const Finding& finding, const ModelReport& model) {
  if (!one.rules.empty() && std::ranges::find(one.rules, finding.rule) == one.rules.end()) return false;
  if (!one.file.empty() && !covers_path(one.file, finding.at.file) && !covers_path(one.file, finding.at.recorded_file))
    return false;
  if (!one.module.empty() && !glob_covers(one.module, finding.module, '.')) return false;
  return one.model.empty() || covers_path(one.model, model.path);
}

bool has_expired(const Override& one, const std::string& today) { return !one.expires.empty() && one.expires < today; }

void apply(const Override& one, Finding& finding) {
  if (one.severity) {
    finding.severity = *one.severity;
    finding.suppressed.reset();
  } else {
    finding.suppressed = Suppression{Suppression::By::settings, one.reason};
  }
}

}  // namespace

void apply_settings(Report& report, const Settings& settings, const std::string& today) {
  for (const Override& one : settings.overrides) {
    if (!has_expired(one, today)) continue;
    report.remarks.push_back(fmt::format("`{}`, line {}: the override has expired on {} and does nothing",
                                         settings.path, one.line, one.expires));
  }
  for (ModelReport& model : report.models) {
    for (Finding& finding : model.findings) {
      const auto severity = settings.severities.find(finding.rule);
      if (severity != settings.severities.end()) finding.severity = severity->second;
      for (const Override& one : settings.overrides) {
        if (!has_expired(one, today) && fits(one, finding, model)) apply(one, finding);
      }
    }
  }
}

std::string local_date() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  localtime_r(&now, &parts);
  return fmt::format("{:04}-{:02}-{:02}", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday);
}

}  // namespace graphwitness::gate
