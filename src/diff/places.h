#pragma once
/// Places and Python lines of nodes, as a change shows them.

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "graphwitness/findings/graph_change.h"
#include "graphwitness/ir/graph.h"

namespace graphwitness {

/// The innermost frame of the user's own code; with the line's text when the archive carries it.
SourceSpan place_of_node(const Graph& graph, NodeId node);
/// Path of the module instance; "" is the root, or not known.
std::string module_of_node(const Graph& graph, NodeId node);
/// The method or graph.
std::string function_of_node(const Graph& graph, NodeId node);

/// Everything in the blocks of a node, in file order.
std::vector<NodeId> nodes_inside(const Graph& graph, NodeId owner);

/// The lines on which nodes stand, each once, in order. `side` says of each node where it is; a line on which one is in
/// both graphs is in both. Nodes without a line are told by operator and name.
std::vector<ChangeLine> lines_of_nodes(const Graph& graph, std::span<const NodeId> nodes,
                                       const std::function<ChangeLine::Side(NodeId)>& side);

}  // namespace graphwitness
