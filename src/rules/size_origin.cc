#include "rules/size_origin.h"

#include <array>
#include <unordered_set>
#include <vector>

#include "analysis/control_flow.h"
#include "analysis/operators.h"
#include "rules/frozen_value.h"

namespace graphwitness {
namespace {

constexpr std::size_t kMostUses = 64;

/// Sizes that stay tensors while tracing; `len` and the rank do not.
bool reads_live_size(const Graph& graph, NodeId node) {
  const std::string_view op = graph[graph[node].op];
  return op == "aten::size" || op == "aten::numel" || op == "aten::sym_size" || op == "aten::sym_numel";
}

bool is_float(const Graph& graph, ValueId value) {
  const Type& type = graph[graph[value].type];
  return type.kind == Type::Kind::scalar && type.dtype == DType::f64;
}

/// What the number is computed from.
void add_makers(const Graph& graph, ValueId value, std::vector<ValueId>& pending) {
  const NodeId maker = graph.defining_node(value);
  if (!maker) return;
  const std::uint32_t index = graph[value].index;
  if (graph[maker].blocks.count == 0) {
    for (ValueId operand : graph[graph[maker].operands]) pending.push_back(operand);
    return;
  }
  const auto form = loop_form(graph, maker);
  for (BlockId block : graph[graph[maker].blocks]) {
    const std::uint32_t first = form ? form->first_carried_output : 0;
    pending.push_back(value_at(graph[graph[block].outputs], first + index));
  }
  if (form) pending.push_back(value_at(graph[graph[maker].operands], form->first_carried_operand + index));
}

/// `n.1` is the compiler's first version of the variable `n`.
std::string_view variable_name(const Graph& graph, ValueId value) {
  const std::string_view name = graph[graph[value].name];
  return name.substr(0, name.find('.'));
}

}  // namespace

bool is_elided_int(const Graph& graph, const SourceLines& lines, NodeId node) {
  const auto results = graph[graph[node].results];
  if (results.size() != 1 || !results[0]) return false;
  const Type& type = graph[graph[results[0]].type];
  if (type.kind != Type::Kind::scalar || graph[graph[node].op] == "prim::Constant") return false;
  const LocationId place = graph[node].loc;
  if (place && lines.is_inside_int(graph[place])) return true;
  const std::string_view name = variable_name(graph, results[0]);
  if (name.empty()) return false;
  std::size_t looked_at = 0;
  for (const Use& use : graph.uses(results[0])) {
    if (!use.user || ++looked_at > kMostUses) continue;
    const LocationId of_user = graph[use.user].loc;
    if (of_user && lines.calls_int_on(graph[of_user], name)) return true;
  }
  return false;
}

SizeOrigin size_origin(const Graph& graph, const SourceLines& lines, ValueId number) {
  SizeOrigin origin;
  std::vector<ValueId> pending{number};
  std::unordered_set<std::uint32_t> seen;
  while (!pending.empty() && seen.size() < kMostUses) {
    const ValueId value = pending.back();
    pending.pop_back();
    if (!value || !is_scalar_like(graph, graph[value].type) || !seen.insert(value.raw).second) continue;
    const NodeId maker = graph.defining_node(value);
    if (!maker) continue;
    const bool frozen = is_number_freeze(graph, maker) || is_tensor_read(graph, maker) ||
                        (value != number && is_elided_int(graph, lines, maker));
    if (frozen) continue;
    if (reads_live_size(graph, maker)) {
      if (!origin.live_read) origin.live_read = maker;
      continue;
    }
    if (metadata_read(graph[graph[maker].op]) || graph[graph[maker].op] == "aten::len") continue;
    origin.floating = origin.floating || is_float(graph, value);
    add_makers(graph, value, pending);
  }
  return origin;
}

}  // namespace graphwitness
