#pragma once
/// The fields of tuples, nested ones included, as numbered leaves: so that what one field depends on stays apart from
/// the others while the tuple passes through branches and loops.

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "graphwitness/ir/graph.h"

namespace graphwitness {

class TupleLeaves {
 public:
  explicit TupleLeaves(const Graph& graph) : graph_(graph) {}

  /// Types of the leaves, from left to right; empty when the type is no tuple, or one too large to take apart.
  std::span<const TypeId> of(TypeId type) const;
  /// How many leaves a value takes as a field: those of its tuple, or one.
  std::uint32_t width(ValueId value) const { return value ? width(graph_[value].type) : 1; }
  std::uint32_t width(TypeId type) const;

 private:
  std::vector<TypeId> flatten(TypeId type) const;

  const Graph& graph_;
  mutable std::unordered_map<std::uint32_t, std::vector<TypeId>> leaves_;  // by type
};

}  // namespace graphwitness
