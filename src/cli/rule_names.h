#pragma once
/// Rules as users name them.

#include <string_view>
#include <vector>

#include "graphwitness/rules/rule.h"

namespace graphwitness {

/// The rules of two lists "a,b": those of `select` (all when it is empty), without those of `ignore`. Throws
/// UsageError, with the name that was probably meant.
std::vector<const Rule*> chosen_rules(std::string_view select, std::string_view ignore);

}  // namespace graphwitness
