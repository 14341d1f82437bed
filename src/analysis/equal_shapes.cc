#include "analysis/equal_shapes.h"

#include "analysis/operators.h"

namespace graphwitness {

EqualShapes::EqualShapes(const Graph& graph) : graph_(graph) {
  shape_of_.reserve(graph.all_values().size());
  for (ValueId value : graph.all_values()) shape_of_.push_back(value);
}

void EqualShapes::take_over(ValueId to, ValueId from) {
  if (to && from) shape_of_[to.raw] = shape_of_[from.raw];
}

void EqualShapes::keep(std::span<const ValueId> operands, std::span<const ValueId> results) {
  ValueId shape;
  for (ValueId operand : operands) {
    if (!operand || is_scalar_like(graph_, graph_[operand].type) || is_single_number(operand)) continue;
    if (shape && shape != shape_of_[operand.raw]) return;
    shape = shape_of_[operand.raw];
  }
  if (!shape) return;
  for (ValueId result : results) {
    if (result) shape_of_[result.raw] = shape;
  }
}

/// A constant tensor without dimensions, which is how a trace records a Python number.
bool EqualShapes::is_single_number(ValueId value) const {
  const Value& definition = graph_[value];
  TypeId type = definition.type;
  if (definition.def == Value::Def::constant) type = graph_[TensorId{definition.owner}].type;
  if (const NodeId maker = graph_.defining_node(value); maker && graph_[graph_[maker].op] == "prim::Constant") {
    const Literal* literal = graph_.attribute(maker, "value");
    if (literal == nullptr || literal->kind != Literal::Kind::tensor) return false;
    type = graph_[TensorId{static_cast<std::uint32_t>(literal->bits)}].type;
  }
  return graph_[type].ranked && graph_[type].dims.count == 0;
}

}  // namespace graphwitness
