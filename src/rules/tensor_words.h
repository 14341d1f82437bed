#pragma once
/// Tensors as findings name them.

#include <string>

#include "graphwitness/ir/graph.h"

namespace graphwitness {

/// "f32[2, 3]"
std::string shape_text(const Graph& graph, const Type& type);

}  // namespace graphwitness
