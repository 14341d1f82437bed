#include "report/junit.h"

#include <fmt/format.h>

#include <map>
#include <string>
#include <vector>

#include "graphwitness/report/report.h"

namespace graphwitness {
namespace {

using Outcome = JunitCase::Outcome;

std::string line_of(const Finding& finding, const ModelReport& model) {
  const std::string& file = finding.at.file.empty() ? model.path : finding.at.file;
  const std::string place = finding.at.line == 0 ? file : fmt::format("{}:{}", file, finding.at.line);
  return fmt::format("{}: {}: {}", place, name_of(finding.severity), finding.message);
}

/// One rule's findings in one model.
JunitCase case_of(const std::string& rule, const std::vector<const Finding*>& findings, const ModelReport& model,
                  std::optional<Severity> fail_on) {
  JunitCase one{.name = rule, .group = model.path};
  for (const Finding* finding : findings) {
    one.details += line_of(*finding, model) + "\n";
    if (finding->suppressed || !fail_on || finding->severity < *fail_on) continue;
    if (one.outcome == Outcome::passed) one.message = line_of(*finding, model);
    one.outcome = Outcome::failed;
  }
  return one;
}

void add_cases(const ModelReport& model, std::optional<Severity> fail_on, std::vector<JunitCase>& cases) {
  if (!model.error.empty() || model.findings.empty()) {
    cases.push_back({.name = "check",
                     .group = model.path,
                     .outcome = model.error.empty() ? Outcome::passed : Outcome::error,
                     .message = model.error});
    return;
  }
  std::map<std::string, std::vector<const Finding*>> by_rule;
  for (const Finding& finding : model.findings) by_rule[finding.rule].push_back(&finding);
  for (const auto& [rule, findings] : by_rule) cases.push_back(case_of(rule, findings, model, fail_on));
}

}  // namespace

void write_junit(std::ostream& out, const Report& report, std::optional<Severity> fail_on) {
  std::vector<JunitCase> cases;
  for (const ModelReport& model : report.models) add_cases(model, fail_on, cases);
  write_junit(out, "graphwitness check", cases);
}

}  // namespace graphwitness
