#pragma once
/// From locations of the IR to places a user can open.

#include <string_view>
#include <vector>

#include "analysis/library_files.h"
#include "graphwitness/findings/finding.h"
#include "graphwitness/ir/graph.h"

namespace graphwitness {

/// The function that a node stands in, however deep.
inline FunctionId function_of(const Graph& graph, NodeId node) { return graph[graph[node].parent].function; }

/// Frames of a location, innermost first.
std::vector<LocationId> frames_of(const Graph& graph, LocationId location);

/// Where a node stands. Some nodes (attribute reads, packing, `x.dtype`) have no line of their own; then it is that of
/// the nearest node of the same call that works on what they yield, or that made what they take.
LocationId place_of(const Graph& graph, NodeId node);

/// The frame to show: the innermost outside PyTorch, else the innermost; none when nothing is known.
LocationId shown_frame(const Graph& graph, LocationId location);

/// A frame as a place, with the line's text when the archive carries it.
SourceSpan span_of(const Graph& graph, LocationId frame);

}  // namespace graphwitness
