#pragma once
/// Arguments of a node with which PyTorch's exporter refuses an operator that it lowers otherwise.
///
/// Only what is constant in the graph is told; a size or a tensor that another node yields refuses nothing.

#include <string>

#include "analysis/constants.h"
#include "graphwitness/ir/graph.h"
#include "rules/exporter_table.h"

namespace graphwitness {

/// "`weight=None`", "`ord=nuc` and `dim=1`"; "": none.
std::string refused_arguments(const Graph& graph, const Constants& constants, NodeId node, const ExporterTable& table,
                              std::int64_t opset);

}  // namespace graphwitness
