#pragma once
/// Whether a difference is more than rounding can have made: two ways to compute the same need not agree to the last
/// digits, and digits that are lost on the way are lost in proportion to the largest numbers.

#include "exec/compare/structure.h"
#include "exec/compare/tolerance.h"
#include "exec/value.h"

namespace graphwitness::verify {

/// The largest finite number in it, without its sign; 0 where there is none.
double largest(const exec::Value& value);

/// `magnitude`: the largest of the numbers that were compared.
bool beyond_rounding(const exec::Leaf& leaf, double magnitude, const exec::ChosenTolerance& chosen);

}  // namespace graphwitness::verify
