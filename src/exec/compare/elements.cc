#include "exec/compare/elements.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>

#include "exec/dtype.h"
#include "exec/half.h"

namespace graphwitness::exec {
namespace {

template <typename T>
T load(const char* at) {
  T value;
  std::memcpy(&value, at, sizeof(T));
  return value;
}

double number(DType dtype, const char* at) {
  switch (dtype) {
    case DType::boolean:
    case DType::u8:
      return load<std::uint8_t>(at);
    case DType::i8:
      return load<std::int8_t>(at);
    case DType::i16:
      return load<std::int16_t>(at);
    case DType::i32:
      return load<std::int32_t>(at);
    case DType::i64:
      return static_cast<double>(load<std::int64_t>(at));
    case DType::u16:
      return load<std::uint16_t>(at);
    case DType::u32:
      return load<std::uint32_t>(at);
    case DType::u64:
      return static_cast<double>(load<std::uint64_t>(at));
    case DType::f16:
    case DType::c32:
      return half_to_float(load<std::uint16_t>(at));
    case DType::bf16:
      return bfloat16_to_float(load<std::uint16_t>(at));
    case DType::f32:
    case DType::c64:
      return load<float>(at);
    case DType::f64:
    case DType::c128:
      return load<double>(at);
    default:
      return 0;
  }
}

/// The largest finite number seen, and where.
class Largest {
 public:
  void note(double value, std::size_t at) {
    if (!std::isfinite(value) || (value_ && value <= *value_)) return;
    value_ = value;
    at_ = at;
  }
  std::optional<double> value() const { return value_; }
  std::optional<DifferencePlace> place(const Tensor& reference, const Tensor& candidate) const {
    if (!value_ || *value_ == 0) return std::nullopt;
    DifferencePlace place{.reference = element(reference, at_), .candidate = element(candidate, at_)};
    auto rest = static_cast<std::int64_t>(at_);
    for (std::size_t i = reference.sizes.size(); i-- > 0;) {
      place.index.insert(place.index.begin(), rest % reference.sizes[i]);
      rest /= reference.sizes[i];
    }
    return place;
  }

 private:
  std::optional<double> value_;
  std::size_t at_ = 0;
};

std::size_t bin_of(double distance, double allowed, bool near) {
  if (near && !(distance > 0)) return 0;
  const double ratio = allowed > 0 ? distance / allowed : std::numeric_limits<double>::infinity();
  // What is not finite is near, or as far as can be.
  const auto bound = std::ranges::find_if(ErrorHistogram::kBounds, [&](double most) { return ratio <= most; });
  return static_cast<std::size_t>(bound - ErrorHistogram::kBounds.begin());
}

bool near_complex(const Tensor& reference, const Tensor& candidate, std::size_t i, const Tolerance& tolerance) {
  const double a = element(reference, i);
  const double b = imaginary_element(reference, i);
  const double c = element(candidate, i);
  const double d = imaginary_element(candidate, i);
  const bool finite = std::isfinite(a) && std::isfinite(b) && std::isfinite(c) && std::isfinite(d);
  if (!finite) return is_near(a, c, tolerance) && is_near(b, d, tolerance);
  return std::hypot(c - a, d - b) <= tolerance.absolute + tolerance.relative * std::hypot(a, b);
}

}  // namespace

double element(const Tensor& tensor, std::size_t index) {
  return number(tensor.dtype, tensor.bytes.data() + index * size_of(tensor.dtype));
}

double imaginary_element(const Tensor& tensor, std::size_t index) {
  if (!is_complex(tensor.dtype)) return 0;
  const std::size_t size = size_of(tensor.dtype);
  return number(tensor.dtype, tensor.bytes.data() + index * size + size / 2);
}

ElementComparison compare_elements(const Tensor& reference, const Tensor& candidate, const Tolerance& tolerance) {
  ElementComparison result;
  const auto count = static_cast<std::size_t>(element_count(reference.sizes));
  result.total = count;
  const bool complex = is_complex(reference.dtype) || is_complex(candidate.dtype);
  const std::size_t size = size_of(reference.dtype);
  const bool exact = reference.dtype == candidate.dtype && !complex && !is_floating(reference.dtype);
  if (reference.dtype == candidate.dtype && reference.bytes == candidate.bytes) {
    if (count != 0) result.max_abs = result.max_rel = 0;
    result.histogram.counts[0] = count;
    return result;
  }
  Largest largest;
  Largest relative;
  for (std::size_t i = 0; i < count; ++i) {
    const double expected = element(reference, i);
    const double actual = element(candidate, i);
    double distance = expected == actual ? 0 : std::abs(actual - expected);
    double magnitude = std::abs(expected);
    bool near = false;
    if (complex) {
      distance = std::hypot(distance, imaginary_element(candidate, i) - imaginary_element(reference, i));
      magnitude = std::hypot(magnitude, imaginary_element(reference, i));
      near = near_complex(reference, candidate, i, tolerance);
    } else if (exact) {
      near = std::memcmp(reference.bytes.data() + i * size, candidate.bytes.data() + i * size, size) == 0;
    } else {
      near = is_near(expected, actual, tolerance);
    }
    if (!near) ++result.mismatched;
    ++result.histogram.counts[bin_of(distance, tolerance.absolute + tolerance.relative * magnitude, near)];
    largest.note(distance, i);
    if (magnitude != 0) relative.note(distance / magnitude, i);
  }
  result.max_abs = largest.value();
  result.max_rel = relative.value();
  result.max_abs_at = largest.place(reference, candidate);
  result.max_rel_at = relative.place(reference, candidate);
  return result;
}

}  // namespace graphwitness::exec
