#pragma once
/// The table of all rules. Generated from passes/ when the build is configured.

#include <span>
#include <string_view>

#include "graphwitness/rules/rule.h"

namespace graphwitness {

/// Sorted by id.
std::span<const Rule* const> all_rules();
/// Null when there is no rule of that id.
const Rule* find_rule(std::string_view id);

}  // namespace graphwitness
