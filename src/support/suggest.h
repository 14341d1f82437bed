#pragma once
/// Finds the name that a mistyped one was meant to be.

#include <span>
#include <string>
#include <string_view>

namespace graphwitness {

/// "; did you mean `check`?" for the nearest of `known`, "" when none is near. Letters swapped count as one mistake.
std::string did_you_mean(std::string_view typed, std::span<const std::string_view> known);

}  // namespace graphwitness
