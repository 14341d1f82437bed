#include <utility>

#include "graphwitness/rules/rule.h"
#include "rules/places.h"

namespace graphwitness {
namespace {

/// The label that names a node to people: its first result, or what it works on when it has none.
ValueId named_value(const Graph& graph, NodeId node) {
  for (ValueId result : graph[graph[node].results]) {
    if (result) return result;
  }
  const auto operands = graph[graph[node].operands];
  return operands.empty() ? ValueId{} : operands[0];
}

}  // namespace

RuleContext::RuleContext(const Graph& graph, const RuleOptions& options, const Pairing* pairing)
    : graph_(graph), options_(options), pairing_(pairing) {}
RuleContext::~RuleContext() = default;

std::string_view RuleContext::label(ValueId value) const {
  if (!labels_) labels_ = std::make_unique<ValueLabels>(graph_);
  return (*labels_)[value];
}

SourceSpan RuleContext::span_of(NodeId node) const {
  return graphwitness::span_of(graph_, shown_frame(graph_, place_of(graph_, node)));
}

void RuleContext::report(NodeId at, Severity severity, std::string message, std::function<void(Finding&)> explain) {
  Report& report = reports_.emplace_back();
  report.explain = std::move(explain);
  Finding& finding = report.finding;
  finding.rule = rule_;
  finding.severity = severity;
  finding.message = std::move(message);
  finding.node_id = at;
  if (!at) return;
  finding.node = label(named_value(graph_, at));
  finding.op = graph_[graph_[at].op];
  finding.function = graph_[graph_[function_of(graph_, at)].name];
  const LocationId place = place_of(graph_, at);
  const LocationId shown = shown_frame(graph_, place);
  finding.at = graphwitness::span_of(graph_, shown);
  for (LocationId frame : frames_of(graph_, place)) {
    if (finding.module.empty()) finding.module = graph_[graph_[frame].scope];
    if (frame == shown || !graph_[frame].file) continue;
    finding.stack.push_back({graphwitness::span_of(graph_, frame), std::string(graph_[graph_[frame].function])});
  }
}

void RuleContext::report_at(SourceSpan place, NodeId near, Severity severity, std::string message,
                            std::function<void(Finding&)> explain) {
  report(near, severity, std::move(message), std::move(explain));
  Finding& finding = reports_.back().finding;
  const auto is_place = [&](const StackFrame& frame) {
    return frame.at.recorded_file == place.recorded_file && frame.at.line == place.line;
  };
  // The node may lie deeper: what it was called from is no part of this place's stack.
  for (std::size_t i = 0; i < finding.stack.size(); ++i) {
    if (!is_place(finding.stack[i])) continue;
    finding.stack.erase(finding.stack.begin(), finding.stack.begin() + static_cast<std::ptrdiff_t>(i) + 1);
    break;
  }
  finding.at = std::move(place);
}

}  // namespace graphwitness
