#pragma once
/// How large integers of an input may be because they look something up in a table of known size: an embedding.
///
/// Limits: follows the input through what only changes its shape or type, not through arithmetic.

#include <cstdint>
#include <optional>

#include "graphwitness/ir/graph.h"

namespace graphwitness::exec {

/// The number of rows of the smallest table that the value is an index of; none when no such table is seen.
std::optional<std::int64_t> index_bound(const Graph& graph, ValueId input);

}  // namespace graphwitness::exec
