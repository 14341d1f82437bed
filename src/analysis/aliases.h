#pragma once
/// Which values may share memory. One partition for the whole graph: views, containers and what they hold, attributes.
///
/// Coarse on purpose: a list and all its elements are one class. Only classes that something writes to matter.

#include <cstdint>
#include <map>
#include <span>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "analysis/constants.h"
#include "graphwitness/ir/graph.h"

namespace graphwitness {

class Aliases {
 public:
  Aliases(const Graph& graph, const Constants& constants);

  /// Index of the memory cell that a value lives in; kNone for values of which nothing in reach is ever written.
  static constexpr std::uint32_t kNone = 0xFFFF'FFFF;
  std::uint32_t cell(ValueId value) const;
  /// The cell behind the attribute that a GetAttr or SetAttr names.
  std::uint32_t attribute_cell(NodeId node) const;
  std::uint32_t cells() const { return cells_; }
  /// A module attribute lives in the cell: what it holds at first is what an earlier call left.
  bool is_state(std::uint32_t cell) const { return state_[cell] != 0; }
  /// Cells that nodes in a nested block, or in blocks nested in that, may change.
  std::span<const std::uint32_t> changed_in(BlockId block) const { return changed_[block.raw]; }

 private:
  using Member = std::uint32_t;  ///< a value, or a slot after the values
  Member slot(NodeId node);
  Member find(Member member) const;
  void unite(Member a, Member b);
  void unite(ValueId a, ValueId b);
  void join(NodeId node);
  void join_blocks(NodeId node);
  void mark_write(NodeId node);
  void add_cells();
  void record_change(std::uint32_t cell, BlockId block);
  void record_changes(NodeId node);

  const Graph& graph_;
  const ModuleValues& modules_;
  mutable std::vector<Member> parent_;
  std::map<std::pair<std::uint32_t, std::string_view>, Member> slots_;  // module and attribute name
  std::vector<std::uint32_t> node_slot_;                                // by node
  std::vector<std::uint8_t> written_;                                   // by member
  std::vector<std::uint32_t> cell_of_;                                  // by member
  std::vector<std::uint8_t> state_;                                     // by cell
  std::vector<std::vector<std::uint32_t>> changed_;                     // by block
  std::unordered_set<std::uint64_t> recorded_;  // pairs of block and cell, while changes are recorded
  std::uint32_t cells_ = 0;
};

}  // namespace graphwitness
