#pragma once
/// What a proof takes for granted, beyond the scope it is about. Printed with the verdict.

#include <cstdint>
#include <string_view>

namespace graphwitness::proof {

enum class Assumption : std::uint8_t {
  rank,
  dtype,
  strides,
  device,
  gradient,
  training,
  arguments,
  attributes,
  memory,
};

/// A clause: "the inputs have the dtypes of the example".
std::string_view text_of(Assumption assumption);

}  // namespace graphwitness::proof
