#pragma once
/// What `--focus` and `--path` name: a node, a module or a line of Python.

#include <string_view>
#include <vector>

#include "graphwitness/ir/graph.h"

namespace graphwitness {

/// By a result ("%7", with or without the sign), the node's own name, a module's path ("layer1.0": every node in it),
/// or FILE:LINE ("resnet.py:92": every node whose call stack passes there). First that names something. `function`:
/// only nodes of it; "": of all. Throws InputError when nothing has that name.
std::vector<NodeId> nodes_named(const Graph& graph, std::string_view function, std::string_view name);

}  // namespace graphwitness
