#include "support/suggest.h"

#include <algorithm>
#include <vector>

namespace graphwitness {
namespace {

/// The number of letters to add, drop, change or swap with their neighbour.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, change});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    std::swap(before_last, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

}  // namespace

std::string did_you_mean(std::string_view typed, std::span<const std::string_view> known) {
  std::string_view nearest;
  std::size_t least = std::max<std::size_t>(1, typed.size() / 3) + 1;
  constexpr std::size_t kLongestTyped = 100;
  if (typed.size() > kLongestTyped) return {};
  for (const std::string_view name : known) {
    // A beginning that is right counts as near: `data-dep` for `data-dependent-branch`.
    const bool begins = typed.size() >= 3 && name.starts_with(typed);
    const std::size_t mistakes = begins ? 1 : distance(typed, name);
    if (mistakes >= least) continue;
    least = mistakes;
    nearest = name;
  }
  return nearest.empty() ? "" : "; did you mean `" + std::string(nearest) + "`?";
}

}  // namespace graphwitness
