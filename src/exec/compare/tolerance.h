#pragma once
/// How near is near enough: |candidate - reference| <= absolute + relative * |reference|. The defaults are those of
/// `torch.testing.assert_close`; integers, bools and strings are exact.

#include <optional>

#include "graphwitness/ir/graph.h"

namespace graphwitness::exec {

struct Tolerance {
  double relative = 0;
  double absolute = 0;
};

/// What the user chose instead of the defaults.
struct ChosenTolerance {
  std::optional<double> relative{};
  std::optional<double> absolute{};
};

Tolerance tolerance_for(DType dtype, const ChosenTolerance& chosen);
/// Equal numbers, infinities included, and NaN with NaN are near.
bool is_near(double reference, double candidate, const Tolerance& tolerance);

}  // namespace graphwitness::exec
