#pragma once
/// How the structures of two outputs differ: tuples, lists, dicts, numbers and tensors, not what the tensors are.

#include <optional>
#include <string>

#include "graphwitness/ir/graph.h"

namespace graphwitness {

struct StructureDifference {
  std::string left;  ///< "a dict"
  std::string right;
};
/// The first difference; nothing when there is none, or one of the types does not tell.
std::optional<StructureDifference> structure_difference(const Graph& left, TypeId left_type, const Graph& right,
                                                        TypeId right_type);

}  // namespace graphwitness
