#pragma once
/// Changes between two versions of a graph: operators that came, went or became others, constants, attributes,
/// parameters, and what takes what.

#include <vector>

#include "analysis/alignment.h"
#include "graphwitness/findings/graph_change.h"
#include "graphwitness/ir/graph.h"

namespace graphwitness {

/// In the order of the graphs' nodes.
std::vector<GraphChange> version_changes(const Graph& left, const Graph& right, const Alignment& alignment);

/// Inputs and outputs that came, went or changed their type or structure.
std::vector<GraphChange> interface_changes(const Graph& left, const Graph& right, const Alignment& alignment);

}  // namespace graphwitness
