#include "rules/runner.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "rules/fingerprint.h"

namespace graphwitness {

using Report = RuleContext::Report;

std::vector<Report> RuleRunner::run(RuleContext& context, std::span<const Rule* const> rules) {
  for (const Rule* rule : rules) {
    context.rule_ = rule->id;
    rule->run(context);
  }
  return std::exchange(context.reports_, {});
}

Report RuleRunner::report_as(RuleContext& context, std::string_view rule, NodeId at, Severity severity,
                             std::string message, std::function<void(Finding&)> explain) {
  context.rule_ = rule;
  context.report(at, severity, std::move(message), std::move(explain));
  Report report = std::move(context.reports_.back());
  context.reports_.pop_back();
  return report;
}

namespace {

bool same_place(const SourceSpan& a, const SourceSpan& b) {
  return a.file == b.file && a.line == b.line && a.column == b.column;
}

/// Findings of one rule on one line with one message are one finding; the others become its occurrences.
std::vector<Report> merge(std::vector<Report> reports) {
  std::map<std::tuple<std::string, std::string, std::uint32_t, std::string>, std::size_t> first;
  std::vector<Report> merged;
  for (Report& report : reports) {
    const Finding& finding = report.finding;
    if (finding.at.line == 0) {  // nothing to merge by: two nodes are two findings
      merged.push_back(std::move(report));
      continue;
    }
    const auto [entry, fresh] =
        first.try_emplace({finding.rule, finding.at.file, finding.at.line, finding.message}, merged.size());
    if (fresh) {
      merged.push_back(std::move(report));
      continue;
    }
    Finding& kept = merged[entry->second].finding;
    kept.severity = std::max(kept.severity, finding.severity);
    if (finding.node_id && finding.of_other == kept.of_other) kept.repeats.push_back(finding.node_id);
    const auto known = [&](const SourceSpan& place) { return same_place(place, finding.at); };
    if (!known(kept.at) && std::ranges::none_of(kept.occurrences, known)) kept.occurrences.push_back(finding.at);
  }
  return merged;
}

}  // namespace

std::vector<Finding> finish(std::vector<Report> reports) {
  std::vector<Finding> findings;
  for (Report& report : merge(std::move(reports))) {
    if (report.explain) report.explain(report.finding);
    findings.push_back(std::move(report.finding));
  }
  std::ranges::stable_sort(findings, {}, [](const Finding& finding) {
    return std::tie(finding.at.file, finding.at.line, finding.at.column, finding.rule);
  });
  set_fingerprints(findings);
  return findings;
}

}  // namespace graphwitness
