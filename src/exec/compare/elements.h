#pragma once
/// Two tensors of the same shape, number by number.

#include <cstdint>
#include <optional>

#include "exec/compare/tolerance.h"
#include "exec/value.h"
#include "graphwitness/findings/comparison.h"

namespace graphwitness::exec {

struct ElementComparison {
  std::optional<double> max_abs{};  ///< largest finite difference; none without such elements
  std::optional<double> max_rel{};
  std::optional<DifferencePlace> max_abs_at{};  ///< of differences larger than zero; without its sample
  std::optional<DifferencePlace> max_rel_at{};
  ErrorHistogram histogram{};
  std::uint64_t mismatched = 0;
  std::uint64_t total = 0;
};

/// Shapes must be the same; dtypes may differ, then numbers are compared as doubles. 64 bit integers of the same dtype
/// are compared exactly.
ElementComparison compare_elements(const Tensor& reference, const Tensor& candidate, const Tolerance& tolerance);

/// The real part of element `index`, as a double.
double element(const Tensor& tensor, std::size_t index);
double imaginary_element(const Tensor& tensor, std::size_t index);

}  // namespace graphwitness::exec
