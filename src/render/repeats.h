#pragma once
/// Modules that are equal but for their weights' values: twelve encoder layers are one box with `×12`.
///
/// Equal means the same operators on operands of the same kinds, wired alike, with the same constants and parameters of
/// the same types. Limit: two that hash alike are taken for equal.

#include <cstdint>
#include <vector>

#include "graphwitness/ir/graph.h"
#include "render/absorbed.h"
#include "render/outline.h"

namespace graphwitness::picture {

/// Equal hashes mean equal contents; of spans that are no modules, 0.
std::vector<std::uint64_t> hashes_of_modules(const Graph& graph, const Absorbed& absorbed, const Outline& outline);

/// Rows of at least `fewest` equal modules, right after each other, in the same span; outer ones first.
std::vector<std::vector<std::uint32_t>> repeated_modules(const Outline& outline,
                                                         const std::vector<std::uint64_t>& hashes, std::size_t fewest);

}  // namespace graphwitness::picture
