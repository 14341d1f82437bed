#pragma once
/// The graph of dependences while it is built: facets of values, of the leaves of tuples and of versions of memory, and
/// the edges between them.

#include <array>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "analysis/dependence.h"
#include "analysis/tuple_leaves.h"

namespace graphwitness {

inline constexpr std::array kAllFacets{Facet::data, Facet::shape, Facet::metadata, Facet::structure};

/// A tuple's own facets gather those of its leaves; where it comes from an operation that does not tell its fields
/// apart, the leaves get what the whole has.
class FacetGraph {
 public:
  /// Facets of all values and leaves; no edges but those from leaves to their tuples.
  explicit FacetGraph(const Graph& graph);

  /// A none id on either side adds nothing.
  void depend(FacetId to, FacetId from);
  /// A version of memory that the node writes; none: one that joins others.
  FacetId new_facet(NodeId node);

  bool has_leaves(ValueId value) const { return static_cast<bool>(first_leaf_[value.raw]); }
  std::span<const TypeId> leaf_types(ValueId value) const { return leaves_.of(graph_[value].type); }
  /// How many leaves a value takes as a field: those of its tuple, or one.
  std::uint32_t width(ValueId value) const { return leaves_.width(value); }
  std::uint32_t width(TypeId type) const { return leaves_.width(type); }
  /// The facet of leaf `i`; of a value that is no tuple, its own.
  FacetId leaf(ValueId value, std::uint32_t i, Facet facet) const;

  /// Every leaf from `first` on may be what the whole is.
  void scatter(ValueId value, std::uint32_t first = 0);

  std::uint32_t facets() const { return facets_; }
  /// By facet, after those of values: the node that makes it.
  std::vector<NodeId> take_makers() { return std::move(makers_); }
  /// Facets by what they depend on, in the order in which that was told; `first` says where those of a facet start.
  std::vector<FacetId> dependents(std::vector<std::uint32_t>& first) const;

 private:
  struct Edge {
    FacetId from, to;
  };

  const Graph& graph_;
  TupleLeaves leaves_;
  std::uint32_t facets_;
  std::vector<FacetId> first_leaf_;  // by value: facets of its first leaf; none: no tuple
  std::vector<NodeId> makers_;
  std::vector<Edge> edges_;
};

}  // namespace graphwitness
