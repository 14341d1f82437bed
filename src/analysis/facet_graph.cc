#include "analysis/facet_graph.h"

namespace graphwitness {

FacetGraph::FacetGraph(const Graph& graph)
    : graph_(graph), leaves_(graph), facets_(graph.all_values().size() * kFacets) {
  first_leaf_.resize(graph.all_values().size(), FacetId{});
  for (ValueId value : graph.all_values()) {
    const std::size_t leaves = leaf_types(value).size();
    if (leaves == 0) continue;
    first_leaf_[value.raw] = FacetId{facets_};
    for (std::size_t i = 0; i < leaves; ++i) {
      for (Facet facet : kAllFacets) depend(Dependence::facet(value, facet), new_facet(graph.defining_node(value)));
    }
  }
}

void FacetGraph::depend(FacetId to, FacetId from) {
  if (to && from && to != from) edges_.push_back({from, to});
}

FacetId FacetGraph::new_facet(NodeId node) {
  makers_.push_back(node);
  return FacetId{facets_++};
}

FacetId FacetGraph::leaf(ValueId value, std::uint32_t i, Facet facet) const {
  const FacetId first = first_leaf_[value.raw];
  if (!first) return Dependence::facet(value, facet);
  return FacetId{first.raw + i * kFacets + static_cast<std::uint32_t>(facet)};
}

void FacetGraph::scatter(ValueId value, std::uint32_t first) {
  if (!has_leaves(value)) return;
  for (std::uint32_t i = first; i < width(value); ++i) {
    for (Facet facet : kAllFacets) depend(leaf(value, i, facet), Dependence::facet(value, facet));
  }
}

std::vector<FacetId> FacetGraph::dependents(std::vector<std::uint32_t>& first) const {
  first.assign(facets_ + 1, 0);
  for (const Edge& edge : edges_) ++first[edge.from.raw + 1];
  for (std::uint32_t i = 0; i < facets_; ++i) first[i + 1] += first[i];
  std::vector<std::uint32_t> next(first.begin(), first.end() - 1);
  std::vector<FacetId> dependents(edges_.size());
  for (const Edge& edge : edges_) dependents[next[edge.from.raw]++] = edge.to;
  return dependents;
}

}  // namespace graphwitness
