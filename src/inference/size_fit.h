#pragma once
/// Sizes that an operator needs to be equal and that the onnx library's inference does not compare.

#include <string>
#include <vector>

#include "graphwitness/ir/graph.h"
#include "inference/operator_table.h"
#include "inference/type_store.h"

namespace graphwitness {

std::vector<std::string> size_misfits(const Graph& graph, NodeId node, const Operator& op, const TypeStore& types);

}  // namespace graphwitness
