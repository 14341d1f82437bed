#include "support/glob.h"

#include <doctest/doctest.h>

#include <string>

namespace graphwitness {

TEST_CASE("stars stay within a part, two of them do not") {
  CHECK(glob_matches("*.pt", "model.pt"));
  CHECK(!glob_matches("*.pt", "a/model.pt"));
  CHECK(glob_matches("**/*.pt", "a/b/model.pt"));
  CHECK(glob_matches("**/*.pt", "model.pt"));
  CHECK(glob_matches("a/**/b", "a/b"));
  CHECK(glob_matches("a/**", "a/b/c"));
  CHECK(!glob_matches("a/**/b", "axb"));
  CHECK(glob_matches("**/b/*.pt", "a/b/m.pt"));
  CHECK(!glob_matches("**/b/*.pt", "a/bb/m.pt"));
  CHECK(glob_matches("a?c", "abc"));
  CHECK(!glob_matches("a?c", "a/c"));
  CHECK(glob_matches("", ""));
  CHECK(!glob_matches("", "a"));
}

TEST_CASE("sets, and brackets that are none") {
  CHECK(glob_matches("m[0-9].pt", "m7.pt"));
  CHECK(!glob_matches("m[!0-9].pt", "m7.pt"));
  CHECK(glob_matches("m[ab-].pt", "m-.pt"));
  CHECK(glob_matches("m[.pt", "m[.pt"));
}

TEST_CASE("a pattern covers what lies below") {
  CHECK(glob_covers("encoder", "encoder.layer.0", '.'));
  CHECK(glob_covers("encoder.*", "encoder.layer.0", '.'));
  CHECK(!glob_covers("encoder", "encoders", '.'));
  CHECK(!glob_covers("layer", "encoder.layer", '.'));
}

TEST_CASE("no pattern is slow") {
  std::string stars;
  for (int i = 0; i < 2000; ++i) stars += "**/*a";
  CHECK(!glob_matches(stars + "b", std::string(2000, 'a')));
}

}  // namespace graphwitness
