#include "rules/liveness.h"

#include "analysis/operators.h"

namespace graphwitness {
namespace {

bool has_effect(const Graph& graph, NodeId node) {
  const std::string_view op = graph[graph[node].op];
  if (op == "prim::SetAttr" || op == "prim::RaiseException" || op == "prim::Print" || op == "aten::save") return true;
  // Nothing is said of operators of other libraries: they may do anything.
  const bool is_known = op.starts_with("aten::") || op.starts_with("prim::") || op.starts_with("onnx::");
  return effect_of(graph, node).writes_first || (!is_known && graph[node].results.count == 0);
}

}  // namespace

Liveness::Liveness(const Graph& graph) : live_(graph.all_values().size(), false) {
  std::vector<bool> visited(graph.all_nodes().size(), false);
  std::vector<NodeId> pending;
  const auto want_node = [&](NodeId node) {
    if (!node || visited[node.raw]) return;
    visited[node.raw] = true;
    pending.push_back(node);
  };
  const auto want = [&](ValueId value) {
    if (!value || live_[value.raw]) return;
    live_[value.raw] = true;
    const Value& known = graph[value];
    if (known.def == Value::Def::node) want_node(NodeId{known.owner});
    if (known.def == Value::Def::block) want_node(graph[BlockId{known.owner}].owner);
  };
  for (FunctionId function : graph.functions()) {
    for (ValueId output : graph[graph[graph[function].body].outputs]) want(output);
  }
  for (NodeId node : graph.all_nodes()) {
    if (has_effect(graph, node)) want_node(node);
  }
  while (!pending.empty()) {
    const NodeId node = pending.back();
    pending.pop_back();
    for (ValueId operand : graph[graph[node].operands]) want(operand);
    for (BlockId block : graph[graph[node].blocks]) {
      for (ValueId output : graph[graph[block].outputs]) want(output);
      for (NodeId inner : graph[graph[block].nodes]) {
        if (has_effect(graph, inner)) want_node(inner);
      }
    }
    // An effect in an arm hangs on the condition.
    want_node(graph[graph[node].parent].owner);
  }
}

}  // namespace graphwitness
