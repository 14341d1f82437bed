#include "analysis/uses.h"
#include "rules/decision.h"
#include "rules/frozen_value.h"

namespace graphwitness {
namespace {

constexpr Verb kIsRead{"is", "are"};

void report(RuleContext& context, NodeId node, ValueId operand, Cause cause) {
  const Graph& graph = context.graph();
  const auto& provenance = context.analysis<Provenance>();
  const bool text = is_text_read(graph, node);
  const std::string as = text ? " written as text" : " read as a Python value";
  const auto explain = [&context, node, operand, cause](Finding& finding) {
    explain_decision(context, finding, node, operand, cause.origin, "leaves the tensors here");
    finding.keeps = "the value that the example gave, as a constant";
    finding.loses = "where it came from";
    finding.fix =
        "stay with tensors: use the 0-dim tensor itself instead of `float(...)`, `int(...)`, `.item()` or `.tolist()` "
        "(`index_select`, `torch.clamp` and arithmetic take tensors), or script this function";
  };
  context.report(node, decision_severity(context, node, DecisionKind::data),
                 who_decides(graph, provenance, operand, cause.origin, kIsRead) + as +
                     ", which reaches the result; a trace keeps the example's" + why_note(context, node),
                 explain);
}

void run(RuleContext& context) {
  const Graph& graph = context.graph();
  if (graph.format() == Format::onnx) return;
  const auto& provenance = context.analysis<Provenance>();
  const Constants& constants = provenance.constants();
  for (NodeId node : graph.all_nodes()) {
    if (!is_tensor_read(graph, node) && !is_text_read(graph, node)) continue;
    if (constants.is_dead(graph[node].parent)) continue;
    for (ValueId operand : graph[graph[node].operands]) {
      if (!operand || graph[graph[operand].type].kind != Type::Kind::tensor) continue;
      const auto cause = cause_of(provenance, operand);
      if (!cause || cause->kind != DecisionKind::data) continue;
      const auto results = graph[graph[node].results];
      if (results.empty() || !results[0] || !reaches_result(graph, constants, results[0])) continue;
      report(context, node, operand, *cause);
      break;
    }
  }
}

}  // namespace

extern constinit const Rule rule_tensor_read_as_number{
    "tensor-read-as-number", "tensor data becomes a Python number that reaches the result; a trace freezes it", run};

}  // namespace graphwitness
