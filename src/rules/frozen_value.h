#pragma once
/// Where a value leaves what tracing can follow, and becomes a constant of the recording.

#include <string_view>

#include "graphwitness/ir/graph.h"

namespace graphwitness {

/// Reads elements of a tensor into a Python value: `item`, `int(t)`, `tolist`, `torch.equal`, ...
bool is_tensor_read(const Graph& graph, NodeId node);
/// Writes a tensor into a string: `f"{t}"`, `str(t)`.
bool is_text_read(const Graph& graph, NodeId node);
/// Python's own arithmetic on a number that is no tensor while scripted, but one while tracing: `int(n)`, `math.sqrt`,
/// `min(a, b)`. What comes out is a constant in a trace.
bool is_number_freeze(const Graph& graph, NodeId node);

}  // namespace graphwitness
