#include "analysis/provenance.h"

#include <algorithm>
#include <deque>

namespace graphwitness {
namespace {

constexpr std::size_t kMaskBits = 64;

/// Kinds of metadata: an operation that reads one is their source.
bool is_kind_of_metadata(Origin origin) {
  switch (origin) {
    case Origin::rank:
    case Origin::dtype:
    case Origin::device:
    case Origin::layout:
    case Origin::gradient:
      return true;
    case Origin::data:
    case Origin::shape:
    case Origin::metadata:
    case Origin::argument:
    case Origin::attribute:
    case Origin::state:
    case Origin::random:
    case Origin::training:
    case Origin::mode:
      break;
  }
  return false;
}

}  // namespace

Provenance::Provenance(const Graph& graph) : graph_(graph), dependence_(graph), labels_(dependence_.facets(), 0) {
  for (FunctionId function : graph.functions()) {
    for (ValueId param : graph[graph[graph[function].body].params]) input_values_.push_back(param);
  }
  std::ranges::sort(input_values_);
  label();
}

/// One pass an origin that occurs: each facet is looked at once for each of the origins that reach it.
void Provenance::label() {
  std::array<std::vector<FacetId>, kOrigins> starts;
  for (const Source& source : dependence_.sources()) {
    starts[static_cast<std::size_t>(source.origin)].push_back(source.facet);
  }
  for (std::uint32_t i = 0; i < kOrigins; ++i) spread(std::move(starts[i]), mask_of(static_cast<Origin>(i)));
  std::array<std::vector<FacetId>, kOrigins> reads;
  for (const MetadataRead& read : dependence_.metadata_reads()) {
    const bool of_input = (labels_[read.from.raw] & mask_of(Origin::metadata)) != 0;
    if (of_input) reads[static_cast<std::size_t>(read.origin)].push_back(read.to);
  }
  for (std::uint32_t i = 0; i < kOrigins; ++i) spread(std::move(reads[i]), mask_of(static_cast<Origin>(i)));
}

void Provenance::spread(std::vector<FacetId> queue, OriginMask mask) {
  std::erase_if(queue, [&](FacetId facet) {
    const bool known = (labels_[facet.raw] & mask) != 0;
    labels_[facet.raw] |= mask;
    return known;
  });
  while (!queue.empty()) {
    const FacetId facet = queue.back();
    queue.pop_back();
    for (FacetId dependent : dependence_.dependents(facet)) {
      if ((labels_[dependent.raw] & mask) != 0) continue;
      labels_[dependent.raw] |= mask;
      queue.push_back(dependent);
    }
  }
}

const Provenance::Reach& Provenance::reach(Origin origin) const {
  std::optional<Reach>& slot = reach_[static_cast<std::size_t>(origin)];
  if (slot) return *slot;
  const Reach* metadata = is_kind_of_metadata(origin) ? &this->reach(Origin::metadata) : nullptr;
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
  for (const MetadataRead& read : dependence_.metadata_reads()) {
    if (read.origin != origin || metadata == nullptr || !metadata->from[read.from.raw]) continue;
    if (reach.from[read.to.raw]) continue;
    reach.read_from.emplace(read.to.raw, read.from);
    arrive(read.to, read.to, metadata->root[read.from.raw]);
  }
  for (std::size_t next = 0; next < queue.size(); ++next) {
    const FacetId facet = queue[next];
    for (FacetId dependent : dependence_.dependents(facet)) arrive(dependent, facet, reach.root[facet.raw]);
  }
  return reach;
}

std::vector<Origin> Provenance::origins(ValueId value, Facet facet) const {
  std::vector<Origin> found;
  const std::vector<ValueId> with_data = inputs(value, facet, Origin::data);
  bool says_kind = false;
  for (std::uint32_t i = 0; i < kOrigins; ++i) {
    const auto origin = static_cast<Origin>(i);
    if (!comes_from(value, facet, origin)) continue;
    says_kind = says_kind || is_kind_of_metadata(origin);
    if (origin == Origin::metadata && says_kind) continue;
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
  if (!chunks[chunk].empty()) return chunks[chunk];
  const std::vector<std::uint64_t>* metadata =
      is_kind_of_metadata(origin) ? &input_masks(Origin::metadata, chunk) : nullptr;
  std::vector<std::uint64_t>& masks = chunks[chunk];
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
  for (const MetadataRead& read : dependence_.metadata_reads()) {
    if (read.origin == origin && metadata != nullptr) arrive(read.to, (*metadata)[read.from.raw]);
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
  const Reach* reach = &this->reach(origin);
  FacetId at = dependence_.facet(value, facet);
  trail.input = reach->root[at.raw];
  while (true) {
    const NodeId node = dependence_.node(at);
    if (node && (trail.nodes.empty() || trail.nodes.back() != node)) trail.nodes.push_back(node);
    FacetId before = reach->from[at.raw];
    if (before == at) {
      const auto read = reach->read_from.find(at.raw);
      if (read == reach->read_from.end()) break;
      before = read->second;
      reach = &this->reach(Origin::metadata);
    }
    trail.is_cut = trail.nodes.size() == kLongestTrail;
    if (trail.is_cut) break;
    at = before;
  }
  std::ranges::reverse(trail.nodes);
  return trail;
}

}  // namespace graphwitness
