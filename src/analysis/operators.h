#pragma once
/// What each operator does to the four facets of its operands: the one table that analyses of both formats share.
///
/// An operator that is not in the table gets the effect of its namespace: for `aten`, `prim` and `onnx` the results
/// depend on the facets of the same name (and on sizes, which most computations can show in their values); for any
/// other namespace everything depends on everything. Both are said where they decide a finding (see why_of).

#include <cstdint>
#include <optional>
#include <string_view>

#include "analysis/origin.h"
#include "graphwitness/ir/graph.h"

namespace graphwitness {

/// What can be known of a value apart from the rest of it.
enum class Facet : std::uint8_t {
  data,       ///< elements of a tensor; a number, string or flag itself
  shape,      ///< sizes
  metadata,   ///< rank, dtype, device, layout
  structure,  ///< length and keys of a container, None-ness of an optional
};
inline constexpr std::uint32_t kFacets = 4;

using FacetMask = std::uint8_t;
constexpr FacetMask mask_of(Facet facet) { return static_cast<FacetMask>(1U << static_cast<unsigned>(facet)); }

/// Which facets of the operands one facet of the results depends on, by class of operand.
struct Flow {
  FacetMask first = 0;    ///< operand 0
  FacetMask tensors = 0;  ///< other tensors and containers of them
  FacetMask scalars = 0;  ///< numbers, flags, strings and lists of them
};

struct Effect {
  Flow data{};
  Flow shape{};
  Flow metadata{};
  Flow structure{};
  /// Operands (bit i: operand i) whose data decides the results' sizes although they are tensors (ONNX Reshape).
  std::uint16_t shape_operands = 0;
  bool writes_first = false;   ///< changes operand 0 in place
  bool aliases_first = false;  ///< the result may share memory with operand 0
  bool random = false;         ///< the data differs from run to run
  bool keeps_shape = false;  ///< the result has the sizes of operand 0 when it is the only tensor with sizes of its own
  bool boolean = false;      ///< the result's elements are booleans
  bool mode = false;         ///< the data is a global mode of the process (gradients enabled, autocast, ...)
};

/// The effect of a node, from its operator and, where the table leaves it open, the types of its operands.
Effect effect_of(const Graph& graph, NodeId node);

/// What the table says of a node's operator, in words ("element by element"): the reason for its effect.
std::string_view why_of(const Graph& graph, NodeId node);
/// The operator has no entry and is of a namespace nobody described: everything is taken to depend on everything.
bool is_undescribed(const Graph& graph, NodeId node);
/// Which kind of metadata an operator reads from operand 0 into its result; nothing for all others.
std::optional<Origin> metadata_read(std::string_view op);

/// Type is a number, flag, string, or a list, tuple or optional of those.
bool is_scalar_like(const Graph& graph, TypeId type);
/// A value of this type can be changed in place: tensors, lists, dicts, objects, and what holds them.
bool is_mutable(const Graph& graph, TypeId type);

}  // namespace graphwitness
