#include "inference/control_flow_types.h"

#include <algorithm>
#include <optional>

#include "inference/node_attributes.h"
#include "support/quote.h"

namespace graphwitness {
namespace {

YieldedType yielded(const InferredType& type) {
  return {type.is_tensor, type.dtype, type.ranked, {type.dims.begin(), type.dims.end()}};
}

bool same(const Dim& a, const Dim& b) {
  return a.extent == b.extent && a.name == b.name && (a.extent != Dim::kUnknown || a.name);
}

/// What is true of both.
YieldedType join(const YieldedType& a, const InferredType& b) {
  YieldedType joined{.is_tensor = a.is_tensor && b.is_tensor};
  if (!joined.is_tensor) return joined;
  if (a.dtype == b.dtype) joined.dtype = a.dtype;
  joined.ranked = a.ranked && b.ranked && a.dims.size() == b.dims.size();
  if (!joined.ranked) return joined;
  for (std::size_t i = 0; i < a.dims.size(); ++i) joined.dims.push_back(same(a.dims[i], b.dims[i]) ? a.dims[i] : Dim{});
  return joined;
}

std::string name_of_value(const Graph& graph, ValueId value) {
  const std::string_view name = value ? graph[graph[value].name] : std::string_view();
  return name.empty() ? "a value" : quote(name);
}

void check_dtypes(const Graph& graph, ValueId a, DType of_a, ValueId b, DType of_b, std::string_view what,
                  std::vector<std::string>& wrong) {
  if (of_a == DType::unknown || of_b == DType::unknown || of_a == of_b) return;
  wrong.push_back(std::string(what) + " " + name_of_value(graph, a) + " of dtype " + std::string(name_of(of_a)) +
                  " and " + name_of_value(graph, b) + " of dtype " + std::string(name_of(of_b)));
}

/// Element `index` of a list attribute; `missing` when there is none.
std::int64_t element(const Graph& graph, NodeId node, std::string_view name, std::size_t index, std::int64_t missing) {
  const Literal* literal = graph.attribute(node, name);
  if (literal == nullptr || literal->kind != Literal::Kind::list) return missing;
  const auto elements = graph[literal->elements];
  return index < elements.size() && graph[elements[index]].kind == Literal::Kind::integer ? graph[elements[index]].bits
                                                                                          : missing;
}

/// How the operands, parameters, outputs and results of a Loop or Scan line up.
struct LoopShape {
  std::size_t first_operand = 0;  ///< of the carried values
  std::size_t first_param = 0;
  std::size_t first_output = 0;
  std::size_t carried = 0;
  std::size_t scanned = 0;  ///< inputs of a Scan that are cut into slices
};

std::optional<LoopShape> shape_of(const Graph& graph, NodeId node, const Operator& op) {
  const auto operands = graph[graph[node].operands];
  if (graph[graph[node].blocks].size() != 1) return std::nullopt;
  if (op.control == Operator::Control::loop) {
    if (operands.size() < 2) return std::nullopt;
    return LoopShape{2, 2, 1, operands.size() - 2, 0};
  }
  if (op.schema == nullptr || op.schema->since_version() < 9) return std::nullopt;  // one with a batch dimension
  const std::int64_t scanned = integer_attribute(graph, node, "num_scan_inputs", -1);
  if (scanned < 0 || static_cast<std::size_t>(scanned) > operands.size()) return std::nullopt;
  const auto slices = static_cast<std::size_t>(scanned);
  return LoopShape{0, 0, 0, operands.size() - slices, slices};
}

std::optional<std::size_t> axis_in(std::int64_t axis, std::size_t rank) {
  if (axis < 0) axis += static_cast<std::int64_t>(rank);
  if (axis < 0 || static_cast<std::size_t>(axis) >= rank) return std::nullopt;
  return static_cast<std::size_t>(axis);
}

/// Keeps what the model declares; fills in what it leaves open.
void seed(const Graph& graph, ValueId param, const YieldedType& type, TypeStore& types) {
  const InferredType declared = types.of(graph[param].type);
  const bool is_declared = graph[graph[param].type].kind != Type::Kind::unknown;
  if (is_declared && (!declared.is_tensor || (declared.ranked && declared.dtype != DType::unknown))) return;
  if (!type.is_tensor) return;
  const DType dtype = declared.dtype != DType::unknown ? declared.dtype : type.dtype;
  if (declared.ranked) {
    types.set(param, dtype, declared.dims);
  } else if (type.ranked) {
    types.set(param, dtype, type.dims);
  } else {
    types.set(param, dtype);
  }
}

void seed_scanned(const Graph& graph, NodeId node, const LoopShape& shape, TypeStore& types) {
  const auto operands = graph[graph[node].operands];
  const auto params = graph[graph[graph[graph[node].blocks][0]].params];
  for (std::size_t i = 0; i < shape.scanned && shape.carried + i < params.size(); ++i) {
    const ValueId operand = operands[shape.carried + i];
    YieldedType slice = yielded(types[operand]);
    if (!slice.is_tensor) continue;
    const auto axis = axis_in(element(graph, node, "scan_input_axes", i, 0), slice.dims.size());
    if (slice.ranked && !axis) continue;
    if (slice.ranked) slice.dims.erase(slice.dims.begin() + static_cast<std::ptrdiff_t>(*axis));
    seed(graph, params[shape.carried + i], slice, types);
  }
}

std::vector<std::string> enter_loop(const Graph& graph, NodeId node, const Operator& op, TypeStore& types) {
  std::vector<std::string> wrong;
  const auto shape = shape_of(graph, node, op);
  if (!shape) return wrong;
  const auto operands = graph[graph[node].operands];
  const auto params = graph[graph[graph[graph[node].blocks][0]].params];
  const bool is_loop = op.control == Operator::Control::loop;
  if (is_loop && !params.empty()) seed(graph, params[0], {true, DType::i64, true, {}}, types);
  if (is_loop && params.size() > 1) seed(graph, params[1], {true, DType::boolean, true, {}}, types);
  for (std::size_t i = 0; i < shape->carried && shape->first_param + i < params.size(); ++i) {
    const ValueId operand = operands[shape->first_operand + i];
    const ValueId param = params[shape->first_param + i];
    if (!operand) continue;
    YieldedType type = yielded(types[operand]);
    if (is_loop) type.ranked = false;  // a later turn may carry another shape
    check_dtypes(graph, operand, type.dtype, param, types.of(graph[param].type).dtype,
                 quote(op.name) + " passes into its body", wrong);
    seed(graph, param, type, types);
  }
  seed_scanned(graph, node, *shape, types);
  return wrong;
}

std::vector<YieldedType> leave_branch(const Graph& graph, NodeId node, const TypeStore& types,
                                      std::vector<std::string>& wrong, std::vector<std::string>& invalid) {
  const std::size_t results = graph[graph[node].results].size();
  std::vector<YieldedType> yields(results);
  const auto arms = graph[graph[node].blocks];
  if (arms.size() != 2) {
    invalid.push_back("`If` has " + std::to_string(arms.size()) + " arms, expected 2");
    return yields;
  }
  const auto first = graph[graph[arms[0]].outputs];
  const auto second = graph[graph[arms[1]].outputs];
  if (first.size() != results || second.size() != results) {
    invalid.push_back("the arms of `If` yield " + std::to_string(first.size()) + " and " +
                      std::to_string(second.size()) + " values, expected " + std::to_string(results));
    return yields;
  }
  for (std::size_t i = 0; i < results; ++i) {
    if (!first[i] || !second[i]) continue;
    check_dtypes(graph, first[i], types[first[i]].dtype, second[i], types[second[i]].dtype, "the arms of `If` yield",
                 wrong);
    yields[i] = join(yielded(types[first[i]]), types[second[i]]);
  }
  return yields;
}

/// All slices of one turn each, stacked.
YieldedType stacked(const Graph& graph, NodeId node, const Operator& op, std::size_t index, const InferredType& slice) {
  YieldedType type = yielded(slice);
  if (!type.is_tensor || !type.ranked) return type;
  const std::int64_t wanted =
      op.control == Operator::Control::scan ? element(graph, node, "scan_output_axes", index, 0) : 0;
  const auto axis = axis_in(wanted, type.dims.size() + 1);
  if (!axis) return {.is_tensor = true, .dtype = type.dtype};
  type.dims.insert(type.dims.begin() + static_cast<std::ptrdiff_t>(*axis), Dim{});
  return type;
}

std::vector<YieldedType> leave_loop(const Graph& graph, NodeId node, const Operator& op, const TypeStore& types,
                                    std::vector<std::string>& wrong, std::vector<std::string>& invalid) {
  const std::size_t results = graph[graph[node].results].size();
  std::vector<YieldedType> yields(results);
  const auto shape = shape_of(graph, node, op);
  if (!shape) {
    const bool has_body = graph[graph[node].blocks].size() == 1;
    if (!has_body) invalid.push_back(quote(op.name) + " has no body");
    return yields;
  }
  const Block& body = graph[graph[graph[node].blocks][0]];
  const auto outputs = graph[body.outputs];
  const std::size_t params = shape->first_param + shape->carried + shape->scanned;
  if (graph[body.params].size() != params) {
    invalid.push_back("the body of " + quote(op.name) + " takes " + std::to_string(graph[body.params].size()) +
                      " values, expected " + std::to_string(params));
  }
  if (outputs.size() != shape->first_output + results) {
    invalid.push_back("the body of " + quote(op.name) + " yields " + std::to_string(outputs.size()) +
                      " values, expected " + std::to_string(shape->first_output + results));
    return yields;
  }
  const auto operands = graph[graph[node].operands];
  for (std::size_t i = 0; i < results; ++i) {
    const ValueId output = outputs[shape->first_output + i];
    if (!output) continue;
    if (i >= shape->carried) {
      yields[i] = stacked(graph, node, op, i - shape->carried, types[output]);
      continue;
    }
    const ValueId operand = operands[shape->first_operand + i];
    if (!operand) continue;
    check_dtypes(graph, operand, types[operand].dtype, output, types[output].dtype, quote(op.name) + " carries", wrong);
    yields[i] = join(yielded(types[operand]), types[output]);
  }
  return yields;
}

}  // namespace

std::vector<std::string> enter_blocks(const Graph& graph, NodeId node, const Operator& op, TypeStore& types) {
  for (BlockId block : graph[graph[node].blocks]) {
    for (ValueId param : graph[graph[block].params]) types.set(param, graph[param].type);
  }
  const bool is_loop = op.control == Operator::Control::loop || op.control == Operator::Control::scan;
  return is_loop ? enter_loop(graph, node, op, types) : std::vector<std::string>{};
}

std::vector<YieldedType> leave_blocks(const Graph& graph, NodeId node, const Operator& op, const TypeStore& types,
                                      std::vector<std::string>& wrong, std::vector<std::string>& invalid) {
  switch (op.control) {
    case Operator::Control::branch:
      return leave_branch(graph, node, types, wrong, invalid);
    case Operator::Control::loop:
    case Operator::Control::scan:
      return leave_loop(graph, node, op, types, wrong, invalid);
    default:
      return std::vector<YieldedType>(graph[graph[node].results].size());
  }
}

}  // namespace graphwitness
