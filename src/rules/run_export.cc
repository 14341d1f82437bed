#include "rules/run_export.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "rules/export_losses.h"
#include "rules/runner.h"

namespace graphwitness {
namespace {

using Report = RuleContext::Report;

bool is_chosen(std::span<const Rule* const> rules, std::string_view id) {
  return std::ranges::any_of(rules, [&](const Rule* rule) { return rule->id == id; });
}

}  // namespace

bool is_export_pair(const Graph& first, const Graph& second) {
  return (first.format() == Format::onnx) != (second.format() == Format::onnx);
}

std::vector<Finding> run_rules_on_export(const Graph& first, const Graph& second, std::span<const Rule* const> rules,
                                         const RuleOptions& options) {
  const bool exported_first = first.format() == Format::onnx;
  const Graph& module = exported_first ? second : first;
  const Graph& exported = exported_first ? first : second;
  RuleContext of_module(module, options);
  RuleContext of_export(exported, options);

  std::vector<Report> reports = RuleRunner::run(of_export, rules);
  for (Report& report : reports) report.finding.of_other = !exported_first;
  for (ExportLoss& loss : export_losses(module, exported)) {
    if (!is_chosen(rules, loss.rule)) continue;
    const auto explain = [fix = std::move(loss.fix)](Finding& finding) { finding.fix = fix; };
    Report report =
        RuleRunner::report_as(of_module, loss.rule, loss.node, loss.severity, std::move(loss.message), explain);
    report.finding.of_other = exported_first;
    reports.push_back(std::move(report));
  }
  return finish(std::move(reports));
}

}  // namespace graphwitness
