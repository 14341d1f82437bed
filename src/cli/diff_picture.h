#pragma once
/// The picture of two graphs: the left one, with what became of its nodes, and what only the right one has.

#include "graphwitness/diff/diff.h"
#include "graphwitness/render/render.h"

namespace graphwitness {

/// Sets marks and overlay of `options`; `left` and `right` as the diff means them.
void mark_changes(RenderOptions& options, const GraphDiff& diff, const Graph& left, const Graph& right);

}  // namespace graphwitness
