#include "support/suggest.h"

#include <doctest/doctest.h>

#include <array>
#include <string>

TEST_CASE("a mistyped name is told what it was meant to be, a strange one is not") {
  constexpr std::array<std::string_view, 4> kNames{"inspect", "check", "rules", "data-dependent-branch"};
  const auto meant = [&](std::string_view typed) { return graphwitness::did_you_mean(typed, kNames); };
  CHECK(meant("chekc") == "; did you mean `check`?");
  CHECK(meant("inspct") == "; did you mean `inspect`?");
  CHECK(meant("rule") == "; did you mean `rules`?");
  CHECK(meant("data-dep") == "; did you mean `data-dependent-branch`?");
  CHECK(meant("frobnicate") == "");
  CHECK(meant("") == "");
  CHECK(meant(std::string(100'000, 'x')) == "");
}
