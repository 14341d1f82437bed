#include "analysis/common_row.h"

#include <algorithm>
#include <unordered_map>

namespace graphwitness {
namespace {

constexpr std::size_t kNone = static_cast<std::size_t>(-1);
/// Insertions and removals in one stretch; time grows with it times the stretch, memory with its square.
constexpr std::int64_t kMostEdits = 400;

using Row = std::span<const std::uint64_t>;

bool are_equal(std::uint64_t left, std::uint64_t right) { return left == right && left != 0; }

std::unordered_map<std::uint64_t, std::size_t> unique_places(Row row) {
  std::unordered_map<std::uint64_t, std::size_t> places;
  for (std::size_t i = 0; i < row.size(); ++i) {
    const auto [place, is_new] = places.try_emplace(row[i], i);
    if (!is_new) place->second = kNone;
  }
  return places;
}

std::vector<RowMatch> unique_matches(Row left, Row right) {
  const auto on_left = unique_places(left);
  const auto on_right = unique_places(right);
  std::vector<RowMatch> pairs;
  for (std::size_t i = 0; i < right.size(); ++i) {
    const auto found = on_left.find(right[i]);
    if (right[i] == 0 || found == on_left.end() || found->second == kNone || on_right.at(right[i]) == kNone) continue;
    pairs.emplace_back(found->second, i);
  }
  return longest_rising(pairs);
}

/// Myers' search for the shortest script of edits: diagonals, reached as far as each number of edits allows.
class EditSearch {
 public:
  EditSearch(Row left, Row right)
      : left_(left),
        right_(right),
        rows_(static_cast<std::int64_t>(left.size())),
        columns_(static_cast<std::int64_t>(right.size())),
        most_(std::min(rows_ + columns_, kMostEdits)),
        furthest_(static_cast<std::size_t>(2 * most_ + 3), 0) {}

  /// False when more edits are needed than are tried.
  bool run() {
    for (std::int64_t edits = 0; edits <= most_; ++edits) {
      kept_.emplace_back(furthest_.begin() + (most_ + 1 - edits), furthest_.begin() + (most_ + 2 + edits));
      for (std::int64_t diagonal = -edits; diagonal <= edits; diagonal += 2) {
        std::int64_t row = start(edits, diagonal);
        while (row < rows_ && row - diagonal < columns_ && is_equal(row, row - diagonal)) ++row;
        at(diagonal) = row;
        if (row >= rows_ && row - diagonal >= columns_) {
          edits_ = edits;
          return true;
        }
      }
    }
    return false;
  }

  std::vector<RowMatch> matches() const {
    std::vector<RowMatch> found;
    std::int64_t row = rows_;
    std::int64_t column = columns_;
    for (std::int64_t edits = edits_; edits >= 0; --edits) {
      const std::int64_t diagonal = row - column;
      const bool down = edits > 0 && goes_down(edits, diagonal);
      const std::int64_t before = edits == 0 ? 0 : diagonal + (down ? 1 : -1);
      const std::int64_t before_row = edits == 0 ? 0 : kept(edits, before);
      const std::int64_t start_row = edits == 0 ? 0 : before_row + (down ? 0 : 1);
      while (row > start_row && column > 0) {
        --row, --column;
        found.emplace_back(static_cast<std::size_t>(row), static_cast<std::size_t>(column));
      }
      row = before_row;
      column = before_row - before;
    }
    std::ranges::reverse(found);
    return found;
  }

 private:
  bool is_equal(std::int64_t row, std::int64_t column) const {
    return are_equal(left_[static_cast<std::size_t>(row)], right_[static_cast<std::size_t>(column)]);
  }
  std::int64_t& at(std::int64_t diagonal) { return furthest_[static_cast<std::size_t>(diagonal + most_ + 1)]; }
  /// How far a diagonal had been reached before that number of edits was tried.
  std::int64_t kept(std::int64_t edits, std::int64_t diagonal) const {
    return kept_[static_cast<std::size_t>(edits)][static_cast<std::size_t>(diagonal + edits)];
  }
  bool goes_down(std::int64_t edits, std::int64_t diagonal) const {
    if (diagonal == -edits) return true;
    return diagonal != edits && kept(edits, diagonal - 1) < kept(edits, diagonal + 1);
  }
  std::int64_t start(std::int64_t edits, std::int64_t diagonal) {
    if (edits == 0) return 0;
    const bool down = diagonal == -edits || (diagonal != edits && at(diagonal - 1) < at(diagonal + 1));
    return down ? at(diagonal + 1) : at(diagonal - 1) + 1;
  }

  Row left_;
  Row right_;
  std::int64_t rows_;
  std::int64_t columns_;
  std::int64_t most_;
  std::vector<std::int64_t> furthest_;
  std::vector<std::vector<std::int64_t>> kept_;
  std::int64_t edits_ = 0;
};

std::vector<RowMatch> match_as_they_come(Row left, Row right) {
  std::unordered_map<std::uint64_t, std::vector<std::size_t>> places;
  for (std::size_t i = left.size(); i-- > 0;) places[left[i]].push_back(i);
  std::vector<RowMatch> found;
  std::size_t reached = 0;
  for (std::size_t i = 0; i < right.size(); ++i) {
    const auto of_hash = right[i] == 0 ? places.end() : places.find(right[i]);
    if (of_hash == places.end()) continue;
    std::vector<std::size_t>& waiting = of_hash->second;
    while (!waiting.empty() && waiting.back() < reached) waiting.pop_back();
    if (waiting.empty()) continue;
    found.emplace_back(waiting.back(), i);
    reached = waiting.back() + 1;
  }
  return found;
}

/// Which of a run of equals was removed cannot be told. Where one was put in, too, it is the one in that place: what
/// was replaced stands in one gap.
class Slide {
 public:
  Slide(Row left, std::size_t columns, std::vector<RowMatch>& matches)
      : left_(left), matches_(matches), column_of_(left.size(), kNone), is_matched_(columns, false) {
    for (const auto& [row, column] : matches) column_of_[row] = column, is_matched_[column] = true;
  }

  void run() {
    for (std::size_t row = 0; row < left_.size(); ++row) {
      if (column_of_[row] == kNone && !stands_in_gap(row) && !slide_up(row)) slide_down(row);
    }
    matches_.clear();
    for (std::size_t row = 0; row < left_.size(); ++row) {
      if (column_of_[row] != kNone) matches_.emplace_back(row, column_of_[row]);
    }
  }

 private:
  static constexpr std::size_t kFurthest = 4096;

  bool is_free(std::size_t column) const { return column < is_matched_.size() && !is_matched_[column]; }

  bool stands_in_gap(std::size_t row) const {
    const bool after = row > 0 && column_of_[row - 1] != kNone && is_free(column_of_[row - 1] + 1);
    const bool before = row + 1 < left_.size() && column_of_[row + 1] != kNone && column_of_[row + 1] > 0 &&
                        is_free(column_of_[row + 1] - 1);
    return after || before;
  }

  bool slide_up(std::size_t row) {
    for (std::size_t to = row; to > 0 && row - to < kFurthest; --to) {
      const std::size_t column = column_of_[to - 1];
      if (column == kNone || !are_equal(left_[to - 1], left_[row])) return false;
      if (column == 0 || !is_free(column - 1)) continue;
      for (std::size_t at = row; at >= to; --at) column_of_[at] = column_of_[at - 1];
      column_of_[to - 1] = kNone;
      return true;
    }
    return false;
  }

  void slide_down(std::size_t row) {
    for (std::size_t to = row; to + 1 < left_.size() && to - row < kFurthest; ++to) {
      const std::size_t column = column_of_[to + 1];
      if (column == kNone || !are_equal(left_[to + 1], left_[row])) return;
      if (!is_free(column + 1)) continue;
      for (std::size_t at = row; at <= to; ++at) column_of_[at] = column_of_[at + 1];
      column_of_[to + 1] = kNone;
      return;
    }
  }

  Row left_;
  std::vector<RowMatch>& matches_;
  std::vector<std::size_t> column_of_;  // by row
  std::vector<bool> is_matched_;        // by column
};

void match_inner(Row left, Row right, RowMatch offset, std::vector<RowMatch>& out) {
  if (left.empty() || right.empty()) return;
  EditSearch search(left, right);
  std::vector<RowMatch> matches = search.run() ? search.matches() : match_as_they_come(left, right);
  Slide(left, right.size(), matches).run();
  for (const auto& [row, column] : matches) out.emplace_back(row + offset.first, column + offset.second);
}

/// Between two places that are matched.
void match_stretch(Row left, Row right, RowMatch offset, std::vector<RowMatch>& out) {
  const auto add = [&](std::size_t row, std::size_t column) {
    out.emplace_back(offset.first + row, offset.second + column);
  };
  // Equal ends first, so that what was replaced stands on both sides of one gap.
  std::size_t before = 0;
  const std::size_t shorter = std::min(left.size(), right.size());
  while (before < shorter && are_equal(left[before], right[before])) add(before, before), ++before;
  std::size_t behind = 0;
  while (before + behind < shorter && are_equal(left[left.size() - behind - 1], right[right.size() - behind - 1])) {
    ++behind;
  }
  const Row inner_left = left.subspan(before, left.size() - before - behind);
  const Row inner_right = right.subspan(before, right.size() - before - behind);
  match_inner(inner_left, inner_right, {offset.first + before, offset.second + before}, out);
  for (; behind > 0; --behind) add(left.size() - behind, right.size() - behind);
}

}  // namespace

std::vector<RowMatch> longest_rising(const std::vector<RowMatch>& pairs) {
  std::vector<std::size_t> last;  // by length of row less one: the pair that ends the row lowest
  std::vector<std::size_t> before(pairs.size(), kNone);
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const auto at = std::ranges::lower_bound(last, pairs[i].first, {}, [&](std::size_t p) { return pairs[p].first; });
    if (at != last.begin()) before[i] = *(at - 1);
    if (at == last.end()) {
      last.push_back(i);
    } else {
      *at = i;
    }
  }
  std::vector<RowMatch> row;
  for (std::size_t i = last.empty() ? kNone : last.back(); i != kNone; i = before[i]) row.push_back(pairs[i]);
  std::ranges::reverse(row);
  return row;
}

std::vector<RowMatch> common_row(Row left, Row right) {
  std::vector<RowMatch> out;
  RowMatch reached{0, 0};
  const auto fill_until = [&](std::size_t row, std::size_t column) {
    match_stretch(left.subspan(reached.first, row - reached.first),
                  right.subspan(reached.second, column - reached.second), reached, out);
  };
  for (const auto& [row, column] : unique_matches(left, right)) {
    fill_until(row, column);
    out.emplace_back(row, column);
    reached = {row + 1, column + 1};
  }
  fill_until(left.size(), right.size());
  return out;
}

}  // namespace graphwitness
