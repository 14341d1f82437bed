#include "support/version.h"

#include <doctest/doctest.h>

TEST_CASE("a version is three numbers") {
  int dots = 0;
  for (const char c : graphwitness::version()) {
    CHECK((c == '.' || (c >= '0' && c <= '9')));
    dots += c == '.' ? 1 : 0;
  }
  CHECK(dots == 2);
}
