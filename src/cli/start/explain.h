#pragma once
/// The command `explain`, and rules as users name them.

#include <span>
#include <string_view>

#include "cli/start/command.h"

namespace graphwitness {

int run_explain(const Command& self, Invocation& call);

/// Throws UsageError, with the one of `rules` that was probably meant.
[[noreturn]] void unknown_rule(std::string_view name, std::span<const std::string_view> rules);

}  // namespace graphwitness
