#pragma once
/// Where a value comes from, in the end: the labels that provenance tells apart.

#include <cstdint>
#include <string_view>

namespace graphwitness {

enum class Origin : std::uint8_t {
  data,       ///< elements of an input tensor
  shape,      ///< sizes of an input tensor
  rank,       ///< number of dimensions of an input tensor
  dtype,      ///< element type of an input tensor
  device,     ///< device or kind (sparse, quantized, ...) of an input tensor
  layout,     ///< strides, contiguity, offset of an input tensor
  gradient,   ///< whether an input tensor requires a gradient
  metadata,   ///< some of rank to gradient; which one is not known
  argument,   ///< a number, flag or string argument; None-ness, length and keys of an argument
  attribute,  ///< a module attribute whose value the file does not tell
  state,      ///< a module attribute that the graph itself changes
  random,     ///< random numbers
  training,   ///< the flag `training`, where the file does not tell it
  mode,       ///< a global mode: gradients enabled, autocast, ...
};
inline constexpr std::uint32_t kOrigins = 14;

/// "data", "shape", ...; as `provenance` in reports.
std::string_view name_of(Origin origin);

/// A set of origins.
using OriginMask = std::uint16_t;
constexpr OriginMask mask_of(Origin origin) { return static_cast<OriginMask>(1U << static_cast<unsigned>(origin)); }

}  // namespace graphwitness
