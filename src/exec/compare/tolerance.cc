#include "exec/compare/tolerance.h"

#include <cmath>

#include "exec/dtype.h"

namespace graphwitness::exec {
namespace {

Tolerance default_for(DType dtype) {
  switch (dtype) {
    case DType::f16:
    case DType::c32:
      return {1e-3, 1e-5};
    case DType::bf16:
      return {1.6e-2, 1e-5};
    case DType::f32:
    case DType::c64:
      return {1.3e-6, 1e-5};
    case DType::f64:
    case DType::c128:
      return {1e-7, 1e-7};
    default:
      return {};
  }
}

}  // namespace

Tolerance tolerance_for(DType dtype, const ChosenTolerance& chosen) {
  Tolerance tolerance = default_for(dtype);
  if (!is_floating(dtype) && !is_complex(dtype)) return tolerance;
  if (chosen.relative) tolerance.relative = *chosen.relative;
  if (chosen.absolute) tolerance.absolute = *chosen.absolute;
  return tolerance;
}

bool is_near(double reference, double candidate, const Tolerance& tolerance) {
  if (reference == candidate) return true;
  if (std::isnan(reference) && std::isnan(candidate)) return true;
  if (!std::isfinite(reference) || !std::isfinite(candidate)) return false;
  return std::abs(candidate - reference) <= tolerance.absolute + tolerance.relative * std::abs(reference);
}

}  // namespace graphwitness::exec
