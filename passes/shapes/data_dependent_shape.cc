#include "analysis/operators.h"
#include "rules/decision.h"

namespace graphwitness {
namespace {

/// The operator turns elements into sizes. Reading sizes from numbers is no such thing, nor is passing them on.
bool makes_size_of_data(const Graph& graph, NodeId node) {
  const Effect effect = effect_of(graph, node);
  const FacetMask data = mask_of(Facet::data);
  return ((effect.shape.first | effect.shape.tensors) & data) != 0 && !is_undescribed(graph, node) &&
         graph[node].blocks.count == 0;
}

ValueId data_operand(const Graph& graph, const Provenance& provenance, NodeId node) {
  const Effect effect = effect_of(graph, node);
  const auto operands = graph[graph[node].operands];
  for (std::size_t i = 0; i < operands.size(); ++i) {
    if (!operands[i] || is_scalar_like(graph, graph[operands[i]].type)) continue;
    const FacetMask reads = i == 0 ? effect.shape.first : effect.shape.tensors;
    if ((reads & mask_of(Facet::data)) == 0) continue;
    if (provenance.comes_from(operands[i], Facet::data, Origin::data)) return operands[i];
  }
  return {};
}

void report(RuleContext& context, NodeId node, ValueId operand) {
  const Graph& graph = context.graph();
  const auto& provenance = context.analysis<Provenance>();
  const auto explain = [&context, node, operand](Finding& finding) {
    explain_decision(context, finding, node, operand, Origin::data, "decides how many elements come out");
    finding.fix =
        "nothing, while everything behind it takes any size; where a runtime needs sizes in advance, mask with "
        "`torch.where` or pad to a fixed size instead of selecting";
  };
  context.report(node, Severity::note,
                 who_decides(graph, provenance, operand, Origin::data, {"decides", "decide"}) + " the size of what `" +
                     std::string(graph[graph[node].op]) + "` yields",
                 explain);
}

void run(RuleContext& context) {
  const Graph& graph = context.graph();
  const auto& provenance = context.analysis<Provenance>();
  for (NodeId node : graph.all_nodes()) {
    if (graph[node].results.count == 0 || !makes_size_of_data(graph, node)) continue;
    if (provenance.constants().is_dead(graph[node].parent)) continue;
    if (const ValueId operand = data_operand(graph, provenance, node)) report(context, node, operand);
  }
}

}  // namespace

extern constinit const Rule rule_data_dependent_shape{"data-dependent-shape",
                                                      "how many elements a tensor has depends on tensor data", run};

}  // namespace graphwitness
