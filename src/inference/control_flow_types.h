#pragma once
/// Types through `If`, `Loop` and `Scan`: into their blocks, and out again.

#include <string>
#include <vector>

#include "graphwitness/ir/graph.h"
#include "inference/operator_table.h"
#include "inference/type_store.h"

namespace graphwitness {

/// Gives the blocks' parameters the types that the operands have. What does not fit is described.
std::vector<std::string> enter_blocks(const Graph& graph, NodeId node, const Operator& op, TypeStore& types);

/// A result's type, from what the blocks yield.
struct YieldedType {
  bool is_tensor = false;
  DType dtype = DType::unknown;
  bool ranked = false;
  std::vector<Dim> dims{};
};
/// By result. What does not fit is appended to `wrong`, where the node breaks its form to `invalid`.
std::vector<YieldedType> leave_blocks(const Graph& graph, NodeId node, const Operator& op, const TypeStore& types,
                                      std::vector<std::string>& wrong, std::vector<std::string>& invalid);

}  // namespace graphwitness
