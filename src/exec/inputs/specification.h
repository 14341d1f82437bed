#pragma once
/// What `--input` says: `x=float32[2,3]`, `ids=int64[1,14]:0..30521`, `float32[20]:0..1`, `n=3`, `flag=true`,
/// `mode="sum"`.
///
/// Limits: tensors and plain scalars; lists, tuples and dicts come from files (`--inputs`).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "exec/inputs/random.h"
#include "exec/messages.h"
#include "exec/value.h"

namespace graphwitness::exec {

struct InputSpecification {
  /// As written: whole numbers for integer types.
  struct Range {
    double low = 0;
    double high = 0;
    std::int64_t low_integer = 0;
    std::int64_t high_integer = 0;
  };
  std::string name{};            ///< "": by position
  DType dtype = DType::unknown;  ///< unknown: `scalar` is the input
  std::vector<std::int64_t> sizes{};
  std::optional<Range> range{};
  Value scalar{};
};

/// Throws InputError.
InputSpecification parse_input(std::string_view text);

/// Integers without a range: mostly indices and sizes, so the range has to come from somewhere before they are made.
bool needs_range(const InputSpecification& specification);

/// Floats are standard normal, or even over [low, high); integers even over [low, high]; bools by a fair coin.
Value generate(const InputSpecification& specification, Random& random);

}  // namespace graphwitness::exec
