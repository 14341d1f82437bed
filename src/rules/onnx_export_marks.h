#pragma once
/// What an ONNX graph shows of operators that PyTorch's exporter lowers to something that computes otherwise for some
/// inputs.
///
/// Patterns of the TorchScript-based exporter. A graph that another tool wrote may hold them and mean them.

#include <string>
#include <vector>

#include "graphwitness/ir/graph.h"
#include "inference/onnx_inference.h"

namespace graphwitness {

struct ExportMark {
  NodeId node;
  std::string message;
  std::string fix;
};

/// In file order.
std::vector<ExportMark> onnx_export_marks(const Graph& graph, const OnnxInference& inference);

/// Nodes that run in training mode: dropout that drops, batch norm that normalises by the batch.
std::vector<ExportMark> onnx_training_nodes(const Graph& graph);

}  // namespace graphwitness
