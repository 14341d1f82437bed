#include "rules/writes.h"

#include "analysis/operators.h"
#include "analysis/provenance.h"
#include "rules/decision.h"

namespace graphwitness {
namespace {

/// Longest chain of views that is followed.
constexpr int kLongestChain = 64;

bool is_parameter(const Graph& graph, ValueId value) {
  const Value& known = graph[value];
  return known.def == Value::Def::block && !graph[BlockId{known.owner}].owner;
}

/// `out=`: the result is written to memory that is there already; the last operand names it.
bool writes_last(const Graph& graph, NodeId node) {
  const Literal* const overload = graph.attribute(node, "overload");
  return overload != nullptr && overload->kind == Literal::Kind::string && graph.text(*overload).ends_with("out") &&
         graph[graph[node].results].size() == 1 && graph[graph[node].operands].back();
}

Write trace_back(const Graph& graph, NodeId node, ValueId value) {
  Write write;
  write.node = node;
  write.of_container =
      graph[graph[value].type].kind == Type::Kind::list || graph[graph[value].type].kind == Type::Kind::dict;
  for (int i = 0; i < kLongestChain; ++i) {
    write.root = value;
    if (is_parameter(graph, value)) {
      write.target = Write::Target::input;
      return write;
    }
    const NodeId maker = graph.defining_node(value);
    if (!maker) return write;
    const std::string_view op = graph[graph[maker].op];
    if (op == "prim::GetAttr") {
      write.target = Write::Target::attribute;
      return write;
    }
    const auto operands = graph[graph[maker].operands];
    const Effect effect = effect_of(graph, maker);
    if (operands.empty() || !operands[0] || !effect.aliases_first) return write;
    if (op == "prim::data") write.through_data = true;
    const bool is_same =
        effect.writes_first || op == "prim::data" || op == "aten::detach" || op == "prim::unchecked_cast";
    if (!is_same) write.through_view = true;
    value = operands[0];
  }
  return write;
}

}  // namespace

Writes::Writes(const Graph& graph) {
  if (graph.format() == Format::onnx) return;
  for (NodeId node : graph.all_nodes()) {
    const auto operands = graph[graph[node].operands];
    if (operands.empty() || !operands[0] || graph[graph[node].op] == "prim::SetAttr") continue;
    if (effect_of(graph, node).writes_first) writes_.push_back(trace_back(graph, node, operands[0]));
    if (writes_last(graph, node)) writes_.push_back(trace_back(graph, node, operands.back()));
  }
}

std::vector<Write> running_writes(RuleContext& context) {
  const auto& constants = context.analysis<Provenance>().constants();
  std::vector<Write> running;
  for (const Write& write : context.analysis<Writes>().all()) {
    if (!constants.is_dead(context.graph()[write.node].parent)) running.push_back(write);
  }
  return running;
}

bool loses_write_in_export(const RuleContext& context, NodeId write) {
  return context.options().target_opset != 0 && !is_in_library(context.graph(), write);
}

std::string_view attribute_name(const Graph& graph, ValueId value) {
  const NodeId maker = value ? graph.defining_node(value) : NodeId{};
  const Literal* const name = maker ? graph.attribute(maker, "name") : nullptr;
  return name != nullptr && name->kind == Literal::Kind::string ? graph.text(*name) : std::string_view();
}

}  // namespace graphwitness
