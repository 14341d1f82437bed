#pragma once
/// Operators of a TorchScript graph that PyTorch's ONNX exporter lowers to something that computes otherwise.
///
/// What the TorchScript-based exporters of PyTorch 1.13 to 2.6 were seen to do. Speaks of what will be exported; what
/// was exported shows in the ONNX graph.

#include <cstdint>
#include <string>
#include <vector>

#include "analysis/provenance.h"
#include "graphwitness/findings/finding.h"
#include "graphwitness/ir/graph.h"

namespace graphwitness {

struct ExportHazard {
  NodeId node;
  Severity severity = Severity::warning;
  std::string message;
  std::string fix;
};

/// In file order; for an export to `opset`.
std::vector<ExportHazard> export_hazards(const Graph& graph, const Provenance& provenance, std::int64_t opset);

}  // namespace graphwitness
