#include "analysis/aliases.h"

#include <algorithm>

#include "analysis/control_flow.h"
#include "analysis/operators.h"

namespace graphwitness {

Aliases::Aliases(const Graph& graph, const Constants& constants)
    : graph_(graph),
      modules_(constants.modules()),
      node_slot_(graph.all_nodes().size(), kNone),
      changed_(graph.all_blocks().size()) {
  for (Member member = 0; member < graph.all_values().size(); ++member) parent_.push_back(member);
  written_.resize(parent_.size(), 0);
  for (NodeId node : graph.all_nodes()) join(node);
  for (NodeId node : graph.all_nodes()) mark_write(node);
  add_cells();
  if (cells_ == 0) return;
  for (NodeId node : graph.all_nodes()) record_changes(node);
  recorded_.clear();
}

std::uint32_t Aliases::cell(ValueId value) const { return cells_ == 0 ? kNone : cell_of_[find(value.raw)]; }

std::uint32_t Aliases::attribute_cell(NodeId node) const {
  const Member slot = node_slot_[node.raw];
  return slot == kNone || cells_ == 0 ? kNone : cell_of_[find(slot)];
}

/// The attribute of a module instance; for an instance that is not known, one slot a name.
Aliases::Member Aliases::slot(NodeId node) {
  const ModuleId module = modules_.module(graph_[graph_[node].operands][0]);
  const auto [entry, fresh] = slots_.try_emplace({module.raw, modules_.attribute_name(node)});
  if (fresh) {
    entry->second = static_cast<Member>(parent_.size());
    parent_.push_back(entry->second);
    written_.push_back(0);
  }
  return entry->second;
}

Aliases::Member Aliases::find(Member member) const {
  while (parent_[member] != member) {
    parent_[member] = parent_[parent_[member]];
    member = parent_[member];
  }
  return member;
}

void Aliases::unite(Member a, Member b) {
  const Member low = std::min(find(a), find(b));
  const Member high = std::max(find(a), find(b));
  parent_[high] = low;
}

void Aliases::unite(ValueId a, ValueId b) {
  if (!a || !b || !is_mutable(graph_, graph_[a].type) || !is_mutable(graph_, graph_[b].type)) return;
  unite(a.raw, b.raw);
}

void Aliases::join(NodeId id) {
  const Node& node = graph_[id];
  const std::string_view op = graph_[node.op];
  const auto operands = graph_[node.operands];
  const auto results = graph_[node.results];
  if (node.blocks.count > 0) return join_blocks(id);
  if ((op == "prim::GetAttr" || op == "prim::SetAttr") && !operands.empty() && operands[0]) {
    const Member slot = node_slot_[id.raw] = this->slot(id);
    const ValueId other = op == "prim::SetAttr" ? value_at(operands, 1) : value_at(results, 0);
    if (other && is_mutable(graph_, graph_[other].type) && !modules_.module(other)) unite(slot, other.raw);
    return;
  }
  const Effect effect = effect_of(graph_, id);
  const bool holds_operands = op.ends_with("Construct") || (effect.writes_first && !op.ends_with('_'));
  for (ValueId result : results) {
    if (effect.aliases_first && !operands.empty()) unite(result, operands[0]);
  }
  if (!holds_operands) return;
  const ValueId holder = op.ends_with("Construct") ? value_at(results, 0) : value_at(operands, 0);
  for (ValueId operand : operands) unite(holder, operand);
}

void Aliases::join_blocks(NodeId id) {
  const Node& node = graph_[id];
  const auto operands = graph_[node.operands];
  const auto results = graph_[node.results];
  if (const auto form = loop_form(graph_, id)) {
    const Block& body = graph_[graph_[node.blocks][0]];
    for (std::uint32_t i = 0; i < form->carried; ++i) {
      const ValueId param = value_at(graph_[body.params], form->first_carried_param + i);
      unite(param, value_at(operands, form->first_carried_operand + i));
      unite(param, value_at(graph_[body.outputs], form->first_carried_output + i));
      unite(param, value_at(results, i));
    }
    return;
  }
  for (BlockId block : graph_[node.blocks]) {
    const auto outputs = graph_[graph_[block].outputs];
    const auto params = graph_[graph_[block].params];
    for (std::uint32_t i = 0; i < results.size(); ++i) unite(results[i], value_at(outputs, i));
    for (std::uint32_t i = 0; i < params.size(); ++i) unite(params[i], value_at(operands, i));
  }
}

void Aliases::mark_write(NodeId node) {
  const auto operands = graph_[graph_[node].operands];
  if (operands.empty() || !operands[0]) return;
  const Member slot = node_slot_[node.raw];
  if (slot != kNone && graph_[graph_[node].op] == "prim::SetAttr") written_[find(slot)] = 1;
  if (graph_[node].blocks.count == 0 && effect_of(graph_, node).writes_first) written_[find(operands[0].raw)] = 1;
}

void Aliases::add_cells() {
  if (std::ranges::none_of(written_, [](std::uint8_t flag) { return flag != 0; })) return;
  cell_of_.resize(parent_.size(), kNone);
  for (Member member = 0; member < parent_.size(); ++member) {
    if (written_[member] != 0 && find(member) == member) cell_of_[member] = cells_++;
  }
  state_.resize(cells_, 0);
  for (const auto& [key, slot] : slots_) {
    if (const std::uint32_t cell = cell_of_[find(slot)]; cell != kNone) state_[cell] = 1;
  }
}

/// Blocks of functions are left out: nothing joins after them. Stops at the first block that knows already, since those
/// around it do as well.
void Aliases::record_change(std::uint32_t cell, BlockId block) {
  while (graph_[block].owner) {
    const std::uint64_t key = std::uint64_t{block.raw} << 32U | cell;
    if (!recorded_.insert(key).second) return;
    changed_[block.raw].push_back(cell);
    block = graph_[graph_[block].owner].parent;
  }
}

/// A node changes a cell by writing to it, and by defining one more value that lives in it.
void Aliases::record_changes(NodeId id) {
  const Node& node = graph_[id];
  for (ValueId result : graph_[node.results]) {
    if (result && cell(result) != kNone) record_change(cell(result), node.parent);
  }
  const auto operands = graph_[node.operands];
  if (graph_[node.op] == "prim::SetAttr") record_change(attribute_cell(id), node.parent);
  if (node.blocks.count > 0 || operands.empty() || !operands[0] || cell(operands[0]) == kNone) return;
  if (effect_of(graph_, id).writes_first) record_change(cell(operands[0]), node.parent);
}

}  // namespace graphwitness
