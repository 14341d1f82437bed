#pragma once
/// Dimensions of an ONNX model's inputs that must stay free, as `--dim NAME=dynamic` declares them.
///
/// NAME is a symbol that the inputs' types use, `INPUT[AXIS]`, or `batch`, which means the first dimension of every
/// input of rank 1 or more when no type uses that symbol.

#include <cstdint>
#include <string>
#include <vector>

#include "graphwitness/ir/graph.h"

namespace graphwitness {

struct FreeDim {
  ValueId input;
  std::size_t axis = 0;
  std::string name;  ///< as declared
};

struct FreeDims {
  std::vector<FreeDim> dims;
  std::vector<std::string> unmatched;  ///< names that mean nothing in this model
};

FreeDims find_free_dims(const Graph& graph, const std::vector<std::string>& names);

/// The inputs of the model's main graph.
std::vector<ValueId> graph_inputs(const Graph& graph);

}  // namespace graphwitness
