#pragma once
/// What two rows of hashes have in common, in order: the longest common subsequence, as `diff` of two texts finds it.
///
/// What occurs once in both divides the rows; between, the fewest insertions and removals are looked for. Limit: where
/// more than a few hundred are needed in one stretch, equal hashes are matched as they come.

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace graphwitness {

/// (position on the left, position on the right)
using RowMatch = std::pair<std::size_t, std::size_t>;

/// The longest row of pairs that rise on both sides, of pairs sorted by the right side.
std::vector<RowMatch> longest_rising(const std::vector<RowMatch>& pairs);

/// Equal hashes in the same order on both sides, rising. The hash 0 equals nothing.
std::vector<RowMatch> common_row(std::span<const std::uint64_t> left, std::span<const std::uint64_t> right);

}  // namespace graphwitness
