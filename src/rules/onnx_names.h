#pragma once
/// Names of an ONNX graph that do not hold together: used and never defined, defined twice, used before they are
/// defined.
///
/// Bodies of model-local functions are inlined in the graph, so names of their nodes repeat and are not compared.
/// Initializers of subgraphs do not say which subgraph they belong to, so two that clash there are not noticed.

#include <string>
#include <vector>

#include "graphwitness/ir/graph.h"

namespace graphwitness {

struct NameProblem {
  NodeId node;  ///< none: the graph as a whole
  std::string message;
};

std::vector<NameProblem> undefined_names(const Graph& graph);
std::vector<NameProblem> repeated_names(const Graph& graph);
/// Nodes that use a result of a later node, or by way of others their own.
std::vector<NameProblem> misplaced_nodes(const Graph& graph);

}  // namespace graphwitness
