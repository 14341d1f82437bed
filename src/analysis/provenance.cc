#include "analysis/provenance.h"

#include <algorithm>
#include <bit>
#include <deque>
#include <utility>

namespace graphwitness {
namespace {

constexpr std::size_t kMaskBits = 64;
/// For the sets of inputs of one origin, 64 MB.
constexpr std::size_t kMostMasks = std::size_t{1} << 23U;

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

/// A pass an input is cheaper than sets that grow, as long as inputs are few.
constexpr int kFewInputs = 8;

using MaskedFacet = std::pair<FacetId, std::uint64_t>;

/// Adds the bits of each start to all that depends on it; a facet is looked at once for each bit.
void spread_few(const Dependence& dependence, std::span<const MaskedFacet> starts, std::vector<std::uint64_t>& masks) {
  std::vector<MaskedFacet> pending;
  const auto arrive = [&](FacetId facet, std::uint64_t mask) {
    const std::uint64_t fresh = mask & ~masks[facet.raw];
    if (fresh == 0) return;
    masks[facet.raw] |= fresh;
    pending.emplace_back(facet, fresh);
  };
  for (const auto& [facet, mask] : starts) arrive(facet, mask);
  while (!pending.empty()) {
    const auto [facet, mask] = pending.back();
    pending.pop_back();
    for (FacetId dependent : dependence.dependents(facet)) arrive(dependent, mask);
  }
}

/// The same for many bits: a facet waits once for all that arrives meanwhile.
void spread_many(const Dependence& dependence, std::span<const MaskedFacet> starts, std::vector<std::uint64_t>& masks) {
  std::deque<FacetId> queue;
  std::vector<std::uint8_t> queued(masks.size(), 0);
  const auto arrive = [&](FacetId facet, std::uint64_t mask) {
    if ((mask & ~masks[facet.raw]) == 0) return;
    masks[facet.raw] |= mask;
    if (queued[facet.raw] != 0) return;
    queued[facet.raw] = 1;
    queue.push_back(facet);
  };
  for (const auto& [facet, mask] : starts) arrive(facet, mask);
  while (!queue.empty()) {
    const FacetId facet = queue.front();
    queue.pop_front();
    queued[facet.raw] = 0;
    for (FacetId dependent : dependence.dependents(facet)) arrive(dependent, masks[facet.raw]);
  }
}

/// Masks of all facets, filled one origin after the other: each facet is looked at once for each origin that reaches
/// it.
class Labels {
 public:
  explicit Labels(const Dependence& dependence) : dependence_(dependence), masks_(dependence.facets(), 0) {}

  /// Nothing reaches this facet.
  void block(FacetId facet) { masks_[facet.raw] = kBlocked; }
  bool has(FacetId facet, OriginMask mask) const { return (masks_[facet.raw] & mask) != 0; }
  std::vector<OriginMask> take() { return std::move(masks_); }

  void spread(std::span<const FacetId> starts, OriginMask mask) {
    std::vector<FacetId> pending;
    const auto arrive = [&](FacetId facet) {
      OriginMask& known = masks_[facet.raw];
      if ((known & (mask | kBlocked)) != 0) return;
      known |= mask;
      pending.push_back(facet);
    };
    for (FacetId start : starts) arrive(start);
    while (!pending.empty()) {
      const FacetId facet = pending.back();
      pending.pop_back();
      for (FacetId dependent : dependence_.dependents(facet)) arrive(dependent);
    }
  }

 private:
  static constexpr OriginMask kBlocked = 1U << 15U;
  static_assert(kOrigins <= 15);
  const Dependence& dependence_;
  std::vector<OriginMask> masks_;
};

}  // namespace

Provenance::Provenance(const Graph& graph) : dependence_(graph) {
  for (FunctionId function : graph.functions()) {
    for (ValueId param : graph[graph[graph[function].body].params]) input_values_.push_back(param);
  }
  std::ranges::sort(input_values_);
  const std::size_t chunks = std::max<std::size_t>(1, kMostMasks / (dependence_.facets() + 1));
  input_values_.resize(std::min(input_values_.size(), chunks * kMaskBits));
  labels_ = label({});
}

bool Provenance::comes_directly_from(ValueId value, Facet facet, Origin origin) const {
  if (!comes_from(value, facet, origin)) return false;
  if (dependence_.choices().empty()) return true;
  if (direct_labels_.empty()) direct_labels_ = label(dependence_.choices());
  return (direct_labels_[dependence_.facet(value, facet).raw] & mask_of(origin)) != 0;
}

std::vector<OriginMask> Provenance::label(std::span<const FacetId> blocked) const {
  Labels labels(dependence_);
  for (FacetId facet : blocked) labels.block(facet);
  std::array<std::vector<FacetId>, kOrigins> starts;
  for (const Source& source : dependence_.sources()) {
    starts[static_cast<std::size_t>(source.origin)].push_back(source.facet);
  }
  for (std::uint32_t i = 0; i < kOrigins; ++i) labels.spread(starts[i], mask_of(static_cast<Origin>(i)));
  std::array<std::vector<FacetId>, kOrigins> reads;
  for (const MetadataRead& read : dependence_.metadata_reads()) {
    if (labels.has(read.from, mask_of(Origin::metadata))) {
      reads[static_cast<std::size_t>(read.origin)].push_back(read.to);
    }
  }
  for (std::uint32_t i = 0; i < kOrigins; ++i) labels.spread(reads[i], mask_of(static_cast<Origin>(i)));
  return labels.take();
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

/// Which inputs reach which facet, 64 inputs at a time. One input after the other while they are few; else all at once,
/// where a facet is looked at again for what is new in its set.
const std::vector<std::uint64_t>& Provenance::input_masks(Origin origin, std::size_t chunk) const {
  auto& chunks = masks_[static_cast<std::size_t>(origin)];
  if (chunks.size() <= chunk) chunks.resize(chunk + 1);
  if (!chunks[chunk].empty()) return chunks[chunk];
  const std::vector<std::uint64_t>* metadata =
      is_kind_of_metadata(origin) ? &input_masks(Origin::metadata, chunk) : nullptr;
  std::vector<MaskedFacet> starts;
  std::uint64_t all = 0;
  for (const Source& source : dependence_.sources()) {
    if (source.origin != origin || !source.input) continue;
    const auto at =
        static_cast<std::size_t>(std::ranges::lower_bound(input_values_, source.input) - input_values_.begin());
    if (at < input_values_.size() && at / kMaskBits == chunk)
      starts.emplace_back(source.facet, std::uint64_t{1} << (at % kMaskBits));
  }
  for (const MetadataRead& read : dependence_.metadata_reads()) {
    if (read.origin == origin && metadata != nullptr) starts.emplace_back(read.to, (*metadata)[read.from.raw]);
  }
  for (const auto& [facet, mask] : starts) all |= mask;
  std::vector<std::uint64_t>& masks = chunks[chunk];
  masks.resize(dependence_.facets(), 0);
  if (std::popcount(all) > kFewInputs) {
    spread_many(dependence_, starts, masks);
  } else {
    spread_few(dependence_, starts, masks);
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
