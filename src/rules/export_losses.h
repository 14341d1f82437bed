#pragma once
/// What an export to ONNX lost or froze of a TorchScript module: inputs, outputs, free sizes, control flow, state,
/// modes, dtypes.
///
/// Compares what the two graphs promise, not what they compute. Inputs are matched by name where the names are the
/// module's, else by place. Branches and loops are matched by number: an export holds all of a kind, or it lost some.

#include <string>
#include <string_view>
#include <vector>

#include "graphwitness/findings/finding.h"
#include "graphwitness/ir/graph.h"

namespace graphwitness {

struct ExportLoss {
  std::string_view rule = "export-loss";  ///< in whose name it is reported
  NodeId node;                            ///< of the module; none: the graph as a whole
  Severity severity = Severity::warning;
  std::string message;
  std::string fix;
};

/// `module` is TorchScript, `exported` ONNX.
std::vector<ExportLoss> export_losses(const Graph& module, const Graph& exported);

}  // namespace graphwitness
