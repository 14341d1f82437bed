#pragma once
/// Loops and recursions that a recording unrolled, told from the graph alone.

#include "graphwitness/ir/graph.h"

namespace graphwitness {

/// A node that does on its line of the user's code what an earlier node did there, with what came of it:
/// `x = x * 2 + i` a second time. None when the method holds no such node. `x * 2 * 2` looks the same, so that it takes
/// a second sign to make a finding.
NodeId repeated_step(const Graph& graph, FunctionId function);

}  // namespace graphwitness
