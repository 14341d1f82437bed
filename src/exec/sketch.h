#pragma once
/// A tensor in a few kilobytes: enough to say whether another one holds the same numbers, without keeping either.
///
/// Elements spread evenly over the tensor, and a sum with random signs over each of some hundred stretches of it, so
/// that one element that is off shows. Limits: complex numbers count by their real part; strings have no sketch.

#include <cstdint>
#include <string>
#include <vector>

#include "exec/value.h"

namespace graphwitness::exec {

struct Sketch {
  DType dtype = DType::unknown;
  std::vector<std::int64_t> sizes{};
  std::uint64_t elements = 0;
  std::uint64_t not_finite = 0;
  double least = 0;  ///< these four of the finite elements
  double most = 0;
  double mean = 0;
  double scale = 0;                 ///< root of the mean square
  std::vector<double> samples{};    ///< all elements, where there are few
  std::vector<double> stretches{};  ///< signed sums; empty where `samples` are all elements

  bool is_floating() const;
};

Sketch sketch_of(const Tensor& tensor);

/// How far apart two tensors are, as a multiple of the first one's scale; at least, since not every element is looked
/// at. 0: nothing differs. Shapes count only by their number of elements, element types not at all. Infinite: the
/// numbers of elements differ. Gives up where it is sure to be above `most`.
double distance(const Sketch& reference, const Sketch& candidate, double most);

/// "float32[1, 64]"
std::string describe(const Sketch& sketch);

Value to_value(const Sketch& sketch);
/// Throws InputError.
Sketch sketch_in(const Value& value);

}  // namespace graphwitness::exec
