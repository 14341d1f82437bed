#include "verify/rounding.h"

#include <algorithm>
#include <cmath>

#include "exec/dtype.h"

namespace graphwitness::verify {
namespace {

/// A difference must be this many times the tolerance.
constexpr double kBeyondRounding = 50;

}  // namespace

double largest(const exec::Value& value) {
  if (value.kind == exec::Value::Kind::floating) return std::isfinite(value.real) ? std::abs(value.real) : 0;
  double most = 0;
  if (value.kind == exec::Value::Kind::tensor) {
    const auto count = static_cast<std::size_t>(exec::element_count(value.tensor.sizes));
    for (std::size_t i = 0; i < count; ++i) {
      const double element = std::abs(exec::element(value.tensor, i));
      if (std::isfinite(element)) most = std::max(most, element);
    }
  }
  for (const exec::Value& item : value.items) most = std::max(most, largest(item));
  return most;
}

bool beyond_rounding(const exec::Leaf& leaf, double magnitude, const exec::ChosenTolerance& chosen) {
  if (leaf.difference != Difference::value) return true;
  // Of the outputs' types only the coarsest matters here.
  const double relative = chosen.relative.value_or(exec::tolerance_for(DType::f32, {}).relative);
  const double absolute = chosen.absolute.value_or(exec::tolerance_for(DType::f32, {}).absolute);
  if (!leaf.elements.max_abs) return true;
  return *leaf.elements.max_abs > kBeyondRounding * (absolute + relative * magnitude);
}

}  // namespace graphwitness::verify
