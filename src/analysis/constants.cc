#include "analysis/constants.h"

#include <bit>
#include <compare>
#include <optional>

#include "analysis/control_flow.h"
#include "ir/walk.h"

namespace graphwitness {
namespace {

using Kind = Constant::Kind;

Constant boolean(bool value) { return {.kind = Kind::boolean, .bits = value ? 1 : 0, .text = {}}; }
Constant integer(std::int64_t value) { return {.kind = Kind::integer, .bits = value, .text = {}}; }

std::optional<double> number(const Constant& constant) {
  if (constant.kind == Kind::integer || constant.kind == Kind::boolean) return static_cast<double>(constant.bits);
  if (constant.kind == Kind::floating) return std::bit_cast<double>(constant.bits);
  return std::nullopt;
}

Constant from_literal(const Graph& graph, LiteralId id) {
  if (!id) return {};
  const Literal& literal = graph[id];
  switch (literal.kind) {
    case Literal::Kind::unknown:
      return {};
    case Literal::Kind::none:
      return {.kind = Kind::none, .text = {}};
    case Literal::Kind::boolean:
      return boolean(literal.bits != 0);
    case Literal::Kind::integer:
      return integer(literal.bits);
    case Literal::Kind::floating:
      return {.kind = Kind::floating, .bits = literal.bits, .text = {}};
    case Literal::Kind::string:
      return {.kind = Kind::string, .text = graph.text(literal)};
    case Literal::Kind::complex:
    case Literal::Kind::tensor:
    case Literal::Kind::type:
    case Literal::Kind::module:
    case Literal::Kind::list:
    case Literal::Kind::tuple:
    case Literal::Kind::dict:
    case Literal::Kind::opaque:
      break;
  }
  return {.kind = Kind::not_none, .text = {}};
}

/// How two constants compare, when both are numbers or both are strings.
std::optional<std::partial_ordering> compare(const Constant& a, const Constant& b) {
  if (a.kind == Kind::integer && b.kind == Kind::integer) return a.bits <=> b.bits;
  if (a.kind == Kind::string && b.kind == Kind::string) return a.text <=> b.text;
  const auto left = number(a);
  const auto right = number(b);
  if (!left || !right) return std::nullopt;
  return *left <=> *right;
}

Constant fold_comparison(std::string_view op, const Constant& a, const Constant& b) {
  const auto order = compare(a, b);
  if (!order) return {};
  if (op == "eq") return boolean(std::is_eq(*order));
  if (op == "ne") return boolean(std::is_neq(*order));
  if (op == "lt") return boolean(std::is_lt(*order));
  if (op == "le") return boolean(std::is_lteq(*order));
  if (op == "gt") return boolean(std::is_gt(*order));
  if (op == "ge") return boolean(std::is_gteq(*order));
  return {};
}

Constant fold_identity(bool negate, const Constant& a, const Constant& b) {
  if (a.kind == Kind::unknown || b.kind == Kind::unknown) return {};
  const bool one_is_none = a.kind == Kind::none || b.kind == Kind::none;
  if (!one_is_none) return {};
  return boolean((a.kind == b.kind) != negate);
}

Constant fold_logic(std::string_view op, const Constant& a, const Constant& b) {
  if (a.kind != Kind::boolean || b.kind != Kind::boolean) return {};
  if (op == "__and__") return boolean(a.bits != 0 && b.bits != 0);
  if (op == "__or__") return boolean(a.bits != 0 || b.bits != 0);
  if (op == "__xor__") return boolean((a.bits != 0) != (b.bits != 0));
  return {};
}

Constant fold_arithmetic(std::string_view op, const Constant& a, const Constant& b) {
  if (a.kind != Kind::integer || b.kind != Kind::integer) return {};
  std::int64_t result = 0;
  if (op == "add" && !__builtin_add_overflow(a.bits, b.bits, &result)) return integer(result);
  if (op == "sub" && !__builtin_sub_overflow(a.bits, b.bits, &result)) return integer(result);
  if (op == "mul" && !__builtin_mul_overflow(a.bits, b.bits, &result)) return integer(result);
  return {};
}

}  // namespace

class ConstantFolder {
 public:
  ConstantFolder(const Graph& graph, Constants& constants) : graph_(graph), constants_(constants) {}

  void enter(BlockId block) {
    const NodeId owner = graph_[block].owner;
    if (!owner) return;
    const BlockId outer = graph_[owner].parent;
    constants_.dead_[block.raw] = constants_.is_dead(outer) || is_refused_arm(owner, block) ? 1 : 0;
  }

  void visit(NodeId node) {
    if (graph_[node].blocks.count > 0) return;
    const auto results = graph_[graph_[node].results];
    if (results.size() != 1 || !results[0]) return;
    set(results[0], fold(node));
  }

  void leave(BlockId block) {
    const NodeId owner = graph_[block].owner;
    if (!owner || !is_branch(graph_, owner) || graph_[graph_[owner].blocks].back() != block) return;
    finish_branch(owner);
  }

 private:
  bool is_refused_arm(NodeId owner, BlockId block) const {
    if (!is_branch(graph_, owner)) return false;
    const Constant condition = get(graph_[graph_[owner].operands][0]);
    if (condition.kind != Kind::boolean) return false;
    return block != graph_[graph_[owner].blocks][condition.bits != 0 ? 0 : 1];
  }

  /// A result is what the arms that can run agree on.
  void finish_branch(NodeId node) {
    const auto results = graph_[graph_[node].results];
    const auto arms = graph_[graph_[node].blocks];
    for (std::uint32_t i = 0; i < results.size(); ++i) {
      if (!results[i]) continue;
      const Constant taken = get(value_at(graph_[graph_[arms[0]].outputs], i));
      const Constant other = get(value_at(graph_[graph_[arms[1]].outputs], i));
      if (constants_.is_dead(arms[1])) {
        set(results[i], taken);
      } else if (constants_.is_dead(arms[0]) || taken == other) {
        set(results[i], other);
      }
    }
  }

  Constant get(ValueId value) const {
    if (!value) return {};
    const Constant& constant = constants_.values_[value.raw];
    if (constant.kind != Kind::unknown) return constant;
    return never_none(graph_[graph_[value].type].kind) ? Constant{.kind = Kind::not_none, .text = {}} : Constant{};
  }

  static bool never_none(Type::Kind kind) {
    return kind != Type::Kind::unknown && kind != Type::Kind::none && kind != Type::Kind::optional &&
           kind != Type::Kind::opaque;
  }

  void set(ValueId value, const Constant& constant) { constants_.values_[value.raw] = constant; }

  Constant fold(NodeId node) const {
    const std::string_view op = graph_[graph_[node].op];
    if (op == "prim::Constant") return fold_literal(node);
    if (op == "prim::GetAttr") return fold_attribute(node);
    const auto operands = graph_[graph_[node].operands];
    const Constant a = get(value_at(operands, 0));
    if (op == "prim::unchecked_cast" || op == "prim::unchecked_unwrap_optional" || op == "aten::_unwrap_optional") {
      return a.kind == Kind::none ? Constant{} : a;
    }
    if (op == "aten::__not__" && a.kind == Kind::boolean) return boolean(a.bits == 0);
    if (op == "aten::Bool" && (a.kind == Kind::integer || a.kind == Kind::boolean)) return boolean(a.bits != 0);
    if (operands.size() < 2 || !op.starts_with("aten::")) return {};
    return fold_binary(op.substr(6), a, get(operands[1]));
  }

  static Constant fold_binary(std::string_view op, const Constant& a, const Constant& b) {
    if (op == "__is__" || op == "__isnot__") return fold_identity(op == "__isnot__", a, b);
    if (op.starts_with("__")) return fold_logic(op, a, b);
    const Constant compared = fold_comparison(op, a, b);
    return compared.kind != Kind::unknown ? compared : fold_arithmetic(op, a, b);
  }

  Constant fold_literal(NodeId node) const {
    const auto attributes = graph_[graph_[node].attributes];
    for (const Attribute& attribute : attributes) {
      if (graph_[attribute.name] == "value") return from_literal(graph_, attribute.value);
    }
    return {};
  }

  Constant fold_attribute(NodeId node) const {
    const ModuleValues& modules = constants_.modules_;
    const ModuleAttribute* read = modules.attribute_read(node);
    if (read == nullptr) return {};
    const ModuleId module = modules.module(graph_[graph_[node].operands][0]);
    if (modules.is_assigned(module, modules.attribute_name(node))) return {};
    const Constant value = from_literal(graph_, read->value);
    const bool flips = constants_.mode_ == Constants::Mode::other && value.kind == Kind::boolean;
    return flips && modules.attribute_name(node) == "training" ? boolean(value.bits == 0) : value;
  }

  const Graph& graph_;
  Constants& constants_;
};

Constants::Constants(const Graph& graph, Mode mode)
    : mode_(mode), modules_(graph), values_(graph.all_values().size()), dead_(graph.all_blocks().size(), 0) {
  for (FunctionId function : graph.functions()) walk(graph, graph[function].body, ConstantFolder(graph, *this));
}

}  // namespace graphwitness
