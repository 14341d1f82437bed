#pragma once
/// What the arms of a branch do: equal ones, ones that only raise, ones whose results nobody uses.

#include <string>
#include <vector>

#include "graphwitness/ir/graph.h"

namespace graphwitness {

/// Both blocks do the same to the same values, in the same order, and yield the same.
bool are_equal(const Graph& graph, BlockId a, BlockId b);

/// Every run of the block raises: it holds a `prim::RaiseException` that stands in no nested block.
bool always_raises(const Graph& graph, BlockId block);

/// Nothing outside the node can tell whether it ran: its results are not used (or only in values that are not), and its
/// blocks write nothing, raise nothing and print nothing.
bool is_unobserved(const Graph& graph, NodeId node);

/// The blocks of the node do nothing but print or warn, and yield nothing.
bool only_tells(const Graph& graph, NodeId node);

/// Blocks of the node write, raise or print something.
bool has_effects(const Graph& graph, NodeId node);

/// Operators of a block worth naming in a message, in order, each once; constants, attribute reads and packing left
/// out.
std::vector<std::string> notable_operators(const Graph& graph, BlockId block);

}  // namespace graphwitness
