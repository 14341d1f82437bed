#pragma once
/// What the branches and loops of both formats have in common: where their conditions, counts and carried values stand.

#include <cstdint>
#include <optional>
#include <span>

#include "graphwitness/ir/graph.h"

namespace graphwitness {

/// A node that runs one of two blocks: operand 0 decides, block 0 is the arm for true, block 1 for false.
bool is_branch(const Graph& graph, NodeId node);

/// How a loop passes values: positions in its operands, its body's parameters and its body's outputs.
/// Values that are carried from turn to turn stand in a row in each of the three, and first among the results.
struct LoopForm {
  std::optional<std::uint32_t> count_operand;      ///< how often at most
  std::optional<std::uint32_t> condition_operand;  ///< whether at all
  std::optional<std::uint32_t> condition_output;   ///< whether once more
  std::uint32_t first_carried_operand = 0;
  std::uint32_t first_carried_param = 0;
  std::uint32_t first_carried_output = 0;
  std::uint32_t carried = 0;
  /// Operands after the carried ones that the body sees slice by slice, as the parameters after the carried ones.
  std::uint32_t scanned = 0;
};

/// Nothing when the node is no loop, or is broken beyond recognition.
std::optional<LoopForm> loop_form(const Graph& graph, NodeId node);

/// The value at a position, or none when the list is shorter.
ValueId value_at(std::span<const ValueId> values, std::optional<std::uint32_t> index);

}  // namespace graphwitness
