#include "exec/compare/elements.h"

#include <algorithm>
#include <cmath>
#include <cstring>

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

void note(std::optional<double>& most, double value) {
  if (std::isfinite(value)) most = std::max(most.value_or(0), value);
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
    return result;
  }
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
    note(result.max_abs, distance);
    if (magnitude != 0) note(result.max_rel, distance / magnitude);
  }
  return result;
}

}  // namespace graphwitness::exec
