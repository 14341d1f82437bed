#include "analysis/provenance.h"

#include <algorithm>
#include <deque>

namespace graphwitness {
namespace {

constexpr std::size_t kMaskBits = 64;

}  // namespace

Provenance::Provenance(const Graph& graph) : graph_(graph), dependence_(graph) {
  for (FunctionId function : graph.functions()) {
    for (ValueId param : graph[graph[graph[function].body].params]) input_values_.push_back(param);
  }
  std::ranges::sort(input_values_);
}

const Provenance::Reach& Provenance::reach(Origin origin) const {
  std::optional<Reach>& slot = reach_[static_cast<std::size_t>(origin)];
  if (slot) return *slot;
  Reach& reach = slot.emplace();
  reach.from.resize(dependence_.facets());
  reach.root.resize(dependence_.facets());
  std::vector<FacetId> queue;
  const auto arrive = [&](FacetId facet, FacetId from, ValueId root) {
    if (reach.from[facet.raw]) return;
    reach.from[facet.raw] = from;
    reach.root[facet.raw] = root;
    queue.push_back(facet);
  };
  for (const Source& source : dependence_.sources()) {
    if (source.origin == origin) arrive(source.facet, source.facet, source.input);
  }
  for (std::size_t next = 0; next < queue.size(); ++next) {
    const FacetId facet = queue[next];
    for (FacetId dependent : dependence_.dependents(facet)) arrive(dependent, facet, reach.root[facet.raw]);
  }
  return reach;
}

bool Provenance::comes_from(ValueId value, Facet facet, Origin origin) const {
  return value && reach(origin).from[dependence_.facet(value, facet).raw];
}

std::vector<Origin> Provenance::origins(ValueId value, Facet facet) const {
  std::vector<Origin> found;
  const std::vector<ValueId> with_data = inputs(value, facet, Origin::data);
  for (std::uint32_t i = 0; i < kOrigins; ++i) {
    const auto origin = static_cast<Origin>(i);
    if (!comes_from(value, facet, origin)) continue;
    if (origin == Origin::shape || origin == Origin::metadata) {
      const bool implied = std::ranges::includes(with_data, inputs(value, facet, origin));
      if (implied) continue;
    }
    found.push_back(origin);
  }
  return found;
}

/// Which inputs reach which facet, 64 inputs at a time; a facet is looked at again when its set has grown.
const std::vector<std::uint64_t>& Provenance::input_masks(Origin origin, std::size_t chunk) const {
  auto& chunks = masks_[static_cast<std::size_t>(origin)];
  if (chunks.size() <= chunk) chunks.resize(chunk + 1);
  std::vector<std::uint64_t>& masks = chunks[chunk];
  if (!masks.empty()) return masks;
  masks.resize(dependence_.facets(), 0);
  std::deque<FacetId> queue;
  std::vector<std::uint8_t> queued(dependence_.facets(), 0);
  const auto arrive = [&](FacetId facet, std::uint64_t mask) {
    if ((masks[facet.raw] | mask) == masks[facet.raw]) return;
    masks[facet.raw] |= mask;
    if (queued[facet.raw] != 0) return;
    queued[facet.raw] = 1;
    queue.push_back(facet);
  };
  for (const Source& source : dependence_.sources()) {
    if (source.origin != origin || !source.input) continue;
    const auto at =
        static_cast<std::size_t>(std::ranges::lower_bound(input_values_, source.input) - input_values_.begin());
    if (at / kMaskBits == chunk) arrive(source.facet, std::uint64_t{1} << (at % kMaskBits));
  }
  while (!queue.empty()) {
    const FacetId facet = queue.front();
    queue.pop_front();
    queued[facet.raw] = 0;
    for (FacetId dependent : dependence_.dependents(facet)) arrive(dependent, masks[facet.raw]);
  }
  return masks;
}

std::vector<ValueId> Provenance::inputs(ValueId value, Facet facet, Origin origin) const {
  std::vector<ValueId> found;
  if (!comes_from(value, facet, origin)) return found;
  for (std::size_t first = 0; first < input_values_.size(); first += kMaskBits) {
    const std::uint64_t mask = input_masks(origin, first / kMaskBits)[dependence_.facet(value, facet).raw];
    for (std::size_t bit = 0; bit < kMaskBits && first + bit < input_values_.size(); ++bit) {
      if ((mask >> bit & 1U) != 0) found.push_back(input_values_[first + bit]);
    }
  }
  return found;
}

Provenance::Trail Provenance::trail(ValueId value, Facet facet, Origin origin) const {
  Trail trail;
  if (!comes_from(value, facet, origin)) return trail;
  const Reach& reach = this->reach(origin);
  FacetId at = dependence_.facet(value, facet);
  trail.input = reach.root[at.raw];
  while (true) {
    const NodeId node = dependence_.node(at);
    if (node && (trail.nodes.empty() || trail.nodes.back() != node)) trail.nodes.push_back(node);
    const FacetId before = reach.from[at.raw];
    if (before == at) break;
    trail.is_cut = trail.nodes.size() == kLongestTrail;
    if (trail.is_cut) break;
    at = before;
  }
  std::ranges::reverse(trail.nodes);
  return trail;
}

}  // namespace graphwitness
