#pragma once
/// Where values come from, from which inputs, and by which operations: questions to Dependence.
///
/// Which origins reach which facet is known for the whole graph (one small mask a facet). Ways are searched when
/// somebody asks for a trail, once an origin.

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "analysis/dependence.h"

namespace graphwitness {

class Provenance {
 public:
  explicit Provenance(const Graph& graph);

  bool comes_from(ValueId value, Facet facet, Origin origin) const {
    return value && (labels_[dependence_.facet(value, facet).raw] & mask_of(origin)) != 0;
  }
  /// The same, but not by way of what another branch chose.
  bool comes_directly_from(ValueId value, Facet facet, Origin origin) const;
  /// All origins, without those that a stronger one implies: the data of an input implies its shape; and metadata in
  /// general only where nothing says which kind.
  std::vector<Origin> origins(ValueId value, Facet facet) const;
  /// Parameters of the function that the value depends on in this way, in order. Of thousands of parameters only the
  /// first are known by name: fewer, the larger the graph is.
  std::vector<ValueId> inputs(ValueId value, Facet facet, Origin origin) const;

  /// Operations that a trail names at most; of a longer way it names the last ones.
  static constexpr std::size_t kLongestTrail = 50;
  struct Trail {
    ValueId input;              ///< where it starts; none: at the first node
    bool is_cut = false;        ///< the operations next to the input are left out
    std::vector<NodeId> nodes;  ///< one an operation, in order of the data's way
  };
  /// A shortest way from a source to the value; empty when it does not come from there.
  Trail trail(ValueId value, Facet facet, Origin origin) const;

  const Dependence& dependence() const { return dependence_; }
  const Constants& constants() const { return dependence_.constants(); }

 private:
  /// A search from all sources of one origin at once.
  struct Reach {
    std::vector<FacetId> from;  ///< by facet: the one before on a shortest way; itself at a source; none: not reached
    std::vector<ValueId> root;  ///< by facet: the input it was reached from; none: something inside
    /// Where a kind of metadata begins: the facet that is read there, whose own way is one of metadata.
    std::unordered_map<std::uint32_t, FacetId> read_from;
  };
  /// By facet. Ways do not lead through facets that `blocked` holds.
  std::vector<OriginMask> label(std::span<const FacetId> blocked) const;
  const Reach& reach(Origin origin) const;
  const std::vector<std::uint64_t>& input_masks(Origin origin, std::size_t chunk) const;

  Dependence dependence_;
  std::vector<ValueId> input_values_;              // those with a name, in order
  std::vector<OriginMask> labels_;                 // by facet
  mutable std::vector<OriginMask> direct_labels_;  // by facet; empty: not asked for yet
  mutable std::array<std::optional<Reach>, kOrigins> reach_;
  mutable std::array<std::vector<std::vector<std::uint64_t>>, kOrigins> masks_;  // by chunk of 64 inputs, then by facet
};

}  // namespace graphwitness
