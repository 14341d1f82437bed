#include <vector>

#include "graphwitness/rules/rule.h"

namespace graphwitness {
namespace {

/// By node: an output of the model needs it.
std::vector<bool> needed(const Graph& graph) {
  std::vector<bool> is_needed(graph.all_nodes().size(), false);
  std::vector<NodeId> work;
  const auto need = [&](ValueId value) {
    const NodeId node = value ? graph.defining_node(value) : NodeId{};
    if (!node || is_needed[node.raw]) return;
    is_needed[node.raw] = true;
    work.push_back(node);
  };
  for (FunctionId function : graph.functions()) {
    for (ValueId output : graph[graph[graph[function].body].outputs]) need(output);
  }
  while (!work.empty()) {
    const NodeId node = work.back();
    work.pop_back();
    for (ValueId operand : graph[graph[node].operands]) need(operand);
    for (BlockId block : graph[graph[node].blocks]) {
      for (ValueId output : graph[graph[block].outputs]) need(output);
    }
  }
  return is_needed;
}

/// Inside a node that is dead itself.
bool is_in_dead(const Graph& graph, NodeId node, const std::vector<bool>& is_needed) {
  const NodeId owner = graph[graph[node].parent].owner;
  return owner && !is_needed[owner.raw];
}

void run(RuleContext& context) {
  const Graph& graph = context.graph();
  if (graph.format() != Format::onnx) return;
  const std::vector<bool> is_needed = needed(graph);
  for (NodeId node : graph.all_nodes()) {
    if (is_needed[node.raw] || graph[graph[node].results].empty() || is_in_dead(graph, node, is_needed)) continue;
    context.report(node, Severity::note,
                   "no output of the model needs this `" + std::string(graph[graph[node].op]) + "`");
  }
}

}  // namespace

extern constinit const Rule rule_dead_node{"dead-node", "a node of an ONNX graph that no output needs", run};

}  // namespace graphwitness
