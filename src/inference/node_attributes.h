#pragma once

#include <cstdint>
#include <string_view>

#include "graphwitness/ir/graph.h"

namespace graphwitness {

/// `missing` when the node has no integer of that name.
inline std::int64_t integer_attribute(const Graph& graph, NodeId node, std::string_view name, std::int64_t missing) {
  const Literal* literal = graph.attribute(node, name);
  return literal != nullptr && literal->kind == Literal::Kind::integer ? literal->bits : missing;
}

}  // namespace graphwitness
