#pragma once
/// Follows a number back to the sizes that it is computed from, and tells whether tracing still follows it there.

#include "graphwitness/ir/graph.h"
#include "rules/source_lines.h"

namespace graphwitness {

struct SizeOrigin {
  /// A read of a size that nothing froze on the way; none: the number is frozen already, or no size.
  NodeId live_read;
  /// The way leads through arithmetic on floating numbers.
  bool floating = false;
};

/// Gives up after some dozens of operations: then nothing is said.
SizeOrigin size_origin(const Graph& graph, const SourceLines& lines, ValueId number);

/// The text says `int(...)` around what the node yields; the script compiler drops that where it is an int already.
bool is_elided_int(const Graph& graph, const SourceLines& lines, NodeId node);

}  // namespace graphwitness
