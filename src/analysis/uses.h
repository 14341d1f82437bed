#pragma once
/// What becomes of a number, a flag or a text: whether it only decides (branches, loops, checks, messages), or is part
/// of what the model computes.

#include "analysis/constants.h"
#include "graphwitness/ir/graph.h"

namespace graphwitness {

/// Some use of the value, through arithmetic on numbers too, is neither the condition of a branch, nor the count or
/// the condition of a loop, nor something that is printed or raised. True when there are too many uses to tell.
bool reaches_result(const Graph& graph, const Constants& constants, ValueId value);

/// A branch that only computes a condition, as `a and b` does: it yields one flag, does nothing else, and the flag only
/// decides. Whatever it depends on shows where the flag decides.
bool is_logic(const Graph& graph, const Constants& constants, NodeId branch);

}  // namespace graphwitness
