#pragma once
/// The operations of an ONNX graph as an execution, without what they computed.

#include <string>
#include <unordered_map>

#include "graphwitness/ir/graph.h"
#include "localize/execution.h"

namespace graphwitness::localize {

struct OnnxOperations {
  Execution execution{};
  std::unordered_map<std::string, std::int64_t> numbers{};  ///< of values, by name
};
/// Of the first graph; nodes of nested graphs are left out.
OnnxOperations onnx_operations(const Graph& graph);

}  // namespace graphwitness::localize
