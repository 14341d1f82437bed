#pragma once
/// Whether a node keeps to its operator's signature: how many operands and results, which attributes, which dtypes.

#include <string>
#include <vector>

#include "graphwitness/ir/graph.h"
#include "inference/operator_table.h"
#include "inference/type_store.h"

namespace graphwitness {

/// What is wrong with operands, results and attributes; nothing when the node may be inferred.
std::vector<std::string> misfits(const Graph& graph, NodeId node, const Operator& op);

/// Operands whose dtypes the operator does not take, or not together.
std::vector<std::string> dtype_misfits(const Graph& graph, NodeId node, const Operator& op, const TypeStore& types);

/// The formal that operand or result `index` stands for; null: there is none.
const Formal* formal_of(const std::vector<Formal>& formals, std::size_t index);

}  // namespace graphwitness
