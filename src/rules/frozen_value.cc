#include "rules/frozen_value.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "analysis/control_flow.h"

namespace graphwitness {
namespace {

template <std::size_t N>
bool is_one_of(const std::array<std::string_view, N>& sorted, std::string_view op) {
  return std::ranges::binary_search(sorted, op);
}

constexpr std::array<std::string_view, 17> kTensorReads{"aten::Bool",
                                                        "aten::Complex",
                                                        "aten::ComplexImplicit",
                                                        "aten::Float",
                                                        "aten::FloatImplicit",
                                                        "aten::Int",
                                                        "aten::IntImplicit",
                                                        "aten::Scalar",
                                                        "aten::ScalarImplicit",
                                                        "aten::_local_scalar_dense",
                                                        "aten::_tensor_to_list",
                                                        "aten::allclose",
                                                        "aten::equal",
                                                        "aten::is_nonzero",
                                                        "aten::item",
                                                        "prim::item",
                                                        "prim::tolist"};
static_assert(std::ranges::is_sorted(kTensorReads));

constexpr std::array<std::string_view, 3> kTextReads{"aten::format", "aten::percentFormat", "aten::str"};

/// Functions of `math` and builtins: they ask a 0-dim tensor for a Python number.
constexpr std::array<std::string_view, 33> kNumberFreezes{
    "aten::Complex", "aten::Float",     "aten::Int",   "aten::acos",    "aten::asin",  "aten::atan",  "aten::atan2",
    "aten::ceil",    "aten::copysign",  "aten::cos",   "aten::degrees", "aten::erf",   "aten::exp",   "aten::expm1",
    "aten::fabs",    "aten::factorial", "aten::floor", "aten::fmod",    "aten::gcd",   "aten::gamma", "aten::log",
    "aten::log10",   "aten::log1p",     "aten::log2",  "aten::radians", "aten::round", "aten::sin",   "aten::sqrt",
    "aten::tan",     "aten::tanh",      "aten::trunc", "prim::max",     "prim::min"};

bool is_number(const Graph& graph, ValueId value) {
  if (!value) return false;
  const Type* type = &graph[graph[value].type];
  if (type->kind == Type::Kind::list && type->args.count == 1) type = &graph[graph[type->args][0]];
  return type->kind == Type::Kind::scalar && type->dtype != DType::string;
}

}  // namespace

bool is_tensor_read(const Graph& graph, NodeId node) { return is_one_of(kTensorReads, graph[graph[node].op]); }

bool is_text_read(const Graph& graph, NodeId node) { return is_one_of(kTextReads, graph[graph[node].op]); }

bool is_number_freeze(const Graph& graph, NodeId node) {
  const std::string_view op = graph[graph[node].op];
  if (std::ranges::find(kNumberFreezes, op) == kNumberFreezes.end()) return false;
  const auto operands = graph[graph[node].operands];
  return !operands.empty() && is_number(graph, operands[0]) &&
         is_number(graph, value_at(graph[graph[node].results], 0));
}

}  // namespace graphwitness
