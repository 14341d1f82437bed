#pragma once
/// Literal sizes of an ONNX graph that stand where a free size of an input was: what ties it to its example.
///
/// A literal counts only where the graph itself shows the clash: a reshape that leaves no room for the free size, or a
/// literal size that has to equal a free one at a broadcast, a concatenation or a recurrent state. Sizes of weights are
/// the model's own. Sizes whose relation to the inputs is unknown (after strided windows, say) are not judged.

#include <string>
#include <vector>

#include "graphwitness/ir/graph.h"
#include "graphwitness/rules/rule.h"
#include "inference/onnx_inference.h"
#include "rules/free_dims.h"

namespace graphwitness {

struct FrozenSize {
  NodeId node;         ///< that holds the literal
  NodeId meets;        ///< where it has to equal the free size; may be `node` itself
  std::string symbol;  ///< the free size
  std::string message;
};

/// In file order. The free sizes are those that the inputs' types leave open under a name.
std::vector<FrozenSize> frozen_sizes(const Graph& graph, const OnnxInference& inference);

/// Reports them; nothing for graphs of another format. The ONNX half of the rule `frozen-shape`.
void report_frozen_sizes(RuleContext& context);

/// The first operation that pins each of the dimensions, weights and constants included; at most one a name.
std::vector<FrozenSize> pinning_operations(const Graph& graph, const std::vector<FreeDim>& dims);

}  // namespace graphwitness
