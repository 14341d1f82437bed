#include "analysis/common_row.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace graphwitness {
namespace {

std::vector<std::uint64_t> row_of(std::string_view text) { return {text.begin(), text.end()}; }

/// The letters that are matched.
std::string common(std::string_view left, std::string_view right) {
  std::string out;
  RowMatch last{0, 0};
  for (const auto& [row, column] : common_row(row_of(left), row_of(right))) {
    CHECK(left[row] == right[column]);
    if (!out.empty()) CHECK((row > last.first && column > last.second));
    last = {row, column};
    out += left[row];
  }
  return out;
}

}  // namespace

TEST_CASE("what two rows have in common is found in order") {
  CHECK(common("", "") == "");
  CHECK(common("abc", "") == "");
  CHECK(common("abc", "abc") == "abc");
  CHECK(common("abcabba", "cbabac").size() == 4);
  CHECK(common("rarara", "xrarara") == "rarara");
  CHECK(common("rarara", "rara") == "rara");
  CHECK(common("ararb", "rarab").size() == 4);
}

TEST_CASE("what was replaced in a row of equals stands on both sides of one gap") {
  const auto found = common_row(row_of("rrrrr"), row_of("rrtrr"));
  CHECK(found == std::vector<RowMatch>{{0, 0}, {1, 1}, {3, 3}, {4, 4}});
  const std::vector<RowMatch> two{{0, 0}, {2, 2}, {3, 3}, {4, 4}, {6, 6}};
  CHECK(common_row(row_of("rrrraaa"), row_of("rtrraua")) == two);
  CHECK(common_row(row_of("aaabbbb"), row_of("auabtbb")) ==
        std::vector<RowMatch>{{0, 0}, {2, 2}, {3, 3}, {5, 5}, {6, 6}});
}

TEST_CASE("a hash of zero equals nothing") { CHECK(common_row(std::vector<std::uint64_t>{0, 1}, {}).empty()); }

TEST_CASE("rows that have little in common end in time") {
  std::vector<std::uint64_t> left;
  std::vector<std::uint64_t> right;
  for (std::uint64_t i = 0; i < 20000; ++i) left.push_back(1 + i % 3), right.push_back(2 + i % 5);
  const auto found = common_row(left, right);
  CHECK(!found.empty());
  CHECK(std::ranges::all_of(found, [&](const RowMatch& match) { return left[match.first] == right[match.second]; }));
}

}  // namespace graphwitness
