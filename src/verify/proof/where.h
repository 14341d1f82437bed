#pragma once
/// Where in the Python a node stands, for messages.

#include <string>

#include "graphwitness/ir/graph.h"

namespace graphwitness::proof {

/// "`aten::add` at my_module.py:11": the innermost line of the user's own code, else of PyTorch's.
std::string where(const Graph& graph, NodeId node);

}  // namespace graphwitness::proof
