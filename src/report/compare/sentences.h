#pragma once
/// What a comparison says in a sentence, for formats that hold messages.

#include <string>

#include "graphwitness/findings/comparison.h"

namespace graphwitness {

/// "shape: float32[10, 20] against float32[10], in 11 samples".
std::string sentence(const OutputComparison& output);

/// "outputs differ in 11 of 20 samples", "outputs agree in 20 samples".
std::string sentence(const ComparisonReport& report, const PairComparison& pair);

}  // namespace graphwitness
