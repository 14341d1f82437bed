#include "diff/operands.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string_view>

#include "analysis/constant_values.h"
#include "analysis/operator_twins.h"
#include "graphwitness/ir/text.h"
#include "ir/argument_names.h"

namespace graphwitness {
namespace {

using Kind = GraphChange::Kind;

constexpr std::size_t kShownElements = 8;
constexpr int kLongestWay = 16;

/// What an operand is, as far as it can be said without looking at what computes it.
struct Operand {
  enum class Kind : std::uint8_t { omitted, constant, parameter, computed };
  Kind kind = Kind::computed;
  std::string text;  ///< of a constant or a parameter
  NodeId maker;      ///< of what is computed: behind plumbing
};

bool is_constant_list(const Graph& graph, ValueId value) {
  const std::vector<ValueId> elements = listed_elements(graph, value);
  return !elements.empty() &&
         std::ranges::all_of(elements, [&](ValueId element) { return element && constant_node(graph, element); });
}

/// The node behind what only passes a value on; none: an input, or a block's parameter.
NodeId maker_behind_plumbing(const Graph& graph, ValueId value) {
  for (int step = 0; step < kLongestWay && value; ++step) {
    const NodeId maker = graph.defining_node(value);
    if (!maker) return {};
    const std::string_view op = graph[graph[maker].op];
    if (!is_plumbing(op) && !passes_number(op)) return maker;
    if (graph[maker].operands.count != 1) return {};
    value = graph[graph[maker].operands][0];
  }
  return {};
}

/// The type of a parameter or buffer that a value is read as; "": it is none.
std::string parameter_type(const Graph& graph, const ModuleValues& modules, ValueId value) {
  const NodeId reader = graph.defining_node(value);
  const ModuleAttribute* attribute = reader ? modules.attribute_read(reader) : nullptr;
  if (attribute == nullptr || !attribute->value) return {};
  const Literal& literal = graph[attribute->value];
  if (literal.kind != Literal::Kind::tensor) return {};
  return print_type(graph, graph[TensorId{static_cast<std::uint32_t>(literal.bits)}].type);
}

Operand operand_of(const Graph& graph, const ModuleValues& modules, ValueId value) {
  if (!value) return {.kind = Operand::Kind::omitted, .text = "nothing", .maker = {}};
  if (graph[value].def == Value::Def::constant) {
    const Tensor& tensor = graph[TensorId{graph[value].owner}];
    return {.kind = Operand::Kind::parameter, .text = print_type(graph, tensor.type), .maker = {}};
  }
  if (constant_node(graph, value) || is_constant_list(graph, value)) {
    return {.kind = Operand::Kind::constant, .text = constant_text(graph, value), .maker = {}};
  }
  if (std::string type = parameter_type(graph, modules, value); !type.empty()) {
    return {.kind = Operand::Kind::parameter, .text = std::move(type), .maker = {}};
  }
  return {.kind = Operand::Kind::computed, .text = {}, .maker = maker_behind_plumbing(graph, value)};
}

std::string describe(const Graph& graph, const Operand& operand) {
  switch (operand.kind) {
    case Operand::Kind::omitted:
      return "nothing";
    case Operand::Kind::constant:
      return operand.text;
    case Operand::Kind::parameter:
      return operand.text.empty() ? "a parameter" : operand.text;
    case Operand::Kind::computed:
      return operand.maker ? "the result of `" + std::string(graph[graph[operand.maker].op]) + "`" : "a value";
  }
  return {};
}

std::string name_of_operand(const Graph& graph, NodeId node, std::uint32_t position) {
  std::string_view names = argument_names(graph[graph[node].op], graph[node].operands.count);
  for (std::uint32_t i = 0; i < position && !names.empty(); ++i) {
    const std::size_t blank = names.find(' ');
    names.remove_prefix(blank == std::string_view::npos ? names.size() : blank + 1);
  }
  if (names.empty()) return "operand " + std::to_string(position);
  return std::string(names.substr(0, names.find(' ')));
}

/// What both take is made by nodes that are matched, but not with each other.
bool is_rewired(const Operand& left, const Operand& right, const Alignment& alignment) {
  if (!left.maker || !right.maker) return false;
  const NodeId counterpart = alignment.on_left(right.maker);
  return counterpart && counterpart != left.maker && !alignment.on_right(left.maker).empty();
}

std::optional<Kind> kind_of_change(const Operand& left, const Operand& right, const Alignment& alignment) {
  using enum Operand::Kind;
  if (left.kind == computed && right.kind == computed) {
    return is_rewired(left, right, alignment) ? std::optional(Kind::wiring) : std::nullopt;
  }
  if (left.kind == computed && right.kind == constant) return Kind::frozen;
  if (left.kind == right.kind) return left.text == right.text ? std::nullopt : std::optional(Kind::attribute);
  return left.kind == computed || right.kind == computed ? Kind::wiring : Kind::attribute;
}

std::string attribute_text(const Graph& graph, const Attribute& attribute) {
  const Literal& literal = graph[attribute.value];
  if (literal.kind != Literal::Kind::tensor) return print_literal(graph, attribute.value, kShownElements);
  const Tensor& tensor = graph[TensorId{static_cast<std::uint32_t>(literal.bits)}];
  return "tensor of type " + print_type(graph, tensor.type);
}

const Attribute* attribute_called(const Graph& graph, NodeId node, std::string_view name) {
  for (const Attribute& attribute : graph[graph[node].attributes]) {
    if (graph[attribute.name] == name) return &attribute;
  }
  return nullptr;
}

void compare_attributes(const Graph& left, NodeId a, const Graph& right, NodeId b, std::vector<OperandChange>& out) {
  std::set<std::string_view> names;
  for (const Attribute& attribute : left[left[a].attributes]) names.insert(left[attribute.name]);
  for (const Attribute& attribute : right[right[b].attributes]) names.insert(right[attribute.name]);
  for (std::string_view name : names) {
    if (name == "overload") continue;  // how the file spells the operator
    const Attribute* ours = attribute_called(left, a, name);
    const Attribute* theirs = attribute_called(right, b, name);
    std::string one = ours == nullptr ? "not set" : attribute_text(left, *ours);
    std::string other = theirs == nullptr ? "not set" : attribute_text(right, *theirs);
    if (one != other) out.push_back({Kind::attribute, std::string(name), std::move(one), std::move(other)});
  }
}

}  // namespace

OperandComparison::OperandComparison(const Graph& left, const Graph& right, const Alignment& alignment)
    : left_(left), right_(right), alignment_(alignment), left_modules_(left), right_modules_(right) {}

std::vector<OperandChange> OperandComparison::changes(NodeId left, NodeId right) const {
  std::vector<OperandChange> changes;
  for (const OperandPair& pair : operand_pairs(left_, left, right_, right)) {
    const Operand ours = operand_of(left_, left_modules_, left_[left_[left].operands][pair.left]);
    const Operand theirs = operand_of(right_, right_modules_, right_[right_[right].operands][pair.right]);
    const std::optional<Kind> kind = kind_of_change(ours, theirs, alignment_);
    if (!kind) continue;
    changes.push_back(
        {*kind, name_of_operand(left_, left, pair.left), describe(left_, ours), describe(right_, theirs)});
  }
  compare_attributes(left_, left, right_, right, changes);
  return changes;
}

}  // namespace graphwitness
