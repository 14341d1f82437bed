#pragma once
/// What depends on what: a graph over the facets of all values. Provenance is reachability in it.
///
/// Flow-sensitive for memory that is written in place (every write makes a new version of its cell), exact for tuples
/// and lists that are taken apart again, and implicit flow included: what a branch or a loop yields depends on its
/// condition. Linear in the size of the graph, apart from cells written in deep nests.

#include <cstdint>
#include <span>
#include <vector>

#include "analysis/constants.h"
#include "analysis/operators.h"
#include "analysis/origin.h"
#include "graphwitness/ir/graph.h"

namespace graphwitness {

/// A facet of a value, or of one version of a memory cell.
using FacetId = Id<struct FacetTag>;

struct Source {
  FacetId facet;
  Origin origin = Origin::data;
  ValueId input;  ///< the parameter of the function; none: something inside
};

/// An operation that reads one kind of metadata: which kind of it a facet depends on is decided by who reads it.
struct MetadataRead {
  FacetId from;  ///< metadata of what is read
  FacetId to;
  Origin origin = Origin::metadata;
};

class Dependence {
 public:
  explicit Dependence(const Graph& graph);

  static FacetId facet(ValueId value, Facet facet) {
    return FacetId{value.raw * kFacets + static_cast<std::uint32_t>(facet)};
  }
  std::uint32_t facets() const { return facets_; }
  std::span<const Source> sources() const { return sources_; }
  std::span<const MetadataRead> metadata_reads() const { return metadata_reads_; }
  /// Facets that stand for "a branch chose this": what a branch yields depends on its condition by way of one. Branches
  /// that only compute a condition have none.
  std::span<const FacetId> choices() const { return choices_; }
  /// Facets that depend on this one.
  std::span<const FacetId> dependents(FacetId facet) const;
  /// The node that computes the facet; none for parameters and for versions that only join others.
  NodeId node(FacetId facet) const;
  const Constants& constants() const { return constants_; }

 private:
  friend class DependenceBuilder;
  const Graph& graph_;
  Constants constants_;
  std::uint32_t facets_ = 0;
  std::vector<Source> sources_;
  std::vector<MetadataRead> metadata_reads_;
  std::vector<FacetId> choices_;
  std::vector<std::uint32_t> first_;  // by facet: where its dependents start
  std::vector<FacetId> dependents_;
  std::vector<NodeId> version_node_;  // by facet, after those of values
};

}  // namespace graphwitness
