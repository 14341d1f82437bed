#pragma once
/// Other shapes for the example's tensors: those at which a comparison of sizes is likely to turn, and those that are
/// worth a try in any case.
///
/// Limits: ranks stay; at most 16 times the example's elements, so that a try costs what an example may.

#include <cstdint>
#include <vector>

#include "verify/torch/inputs.h"
#include "verify/torch/observer.h"

namespace graphwitness::verify::worker {

struct Reshaping {
  /// New sizes of each leaf; empty: as it was.
  std::vector<std::vector<std::int64_t>> sizes{};
  bool related = true;  ///< dimensions that were equal still are
};

/// Where sizes inside grow as those of the inputs do, a comparison turns at these, or one step before or after; and
/// halves. The smallest first: they cost least.
std::vector<Reshaping> first_shapes(const Leaves& example, const std::vector<ComparedSize>& compared);
/// The likeliest first.
std::vector<Reshaping> other_shapes(const Leaves& example, const Harvest& harvest);
/// The example's data, repeated or cut, in the new shapes.
Leaves reshaped(const Leaves& example, const Reshaping& reshaping);

bool same_shapes(const Leaves& a, const Leaves& b);
/// Of all tensors.
std::int64_t elements(const Leaves& leaves);

}  // namespace graphwitness::verify::worker
