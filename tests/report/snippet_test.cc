#include "report/snippet.h"

#include <doctest/doctest.h>

#include "report/sample.h"

namespace graphwitness {

TEST_CASE("the mark stands under its part, whatever stands before it") {
  CHECK(snippet_of(span("f", 1, 5, 8, "    abc")).mark == "    ^~~");
  CHECK(snippet_of(span("f", 1, 2, 5, "\tabc")).line == " abc");
  CHECK(snippet_of(span("f", 1, 2, 5, "\tabc")).mark == " ^~~");
  CHECK(snippet_of(span("f", 1, 6, 9, "\xC3\xA4 = abc")).mark == "    ^~~");  // the umlaut takes two bytes
}

TEST_CASE("a column that is unknown or outside the line marks nothing") {
  CHECK(snippet_of(span("f", 1, 0, 0, "abc")).mark == "");
  CHECK(snippet_of(span("f", 1, 9, 12, "abc")).mark == "");
  CHECK(snippet_of(span("f", 1, 2, 99, "abc")).mark == " ^~");
  CHECK(snippet_of(span("f", 1, 3, 1, "abc")).mark == "  ^");
  CHECK(snippet_of(span("f", 1, 1, 2, "")).line == "");
}

TEST_CASE("a long line is cut around the mark") {
  const std::string text = std::string(500, 'a') + "HERE" + std::string(500, 'b');
  const Snippet snippet = snippet_of(span("f", 1, 501, 505, text));
  CHECK(snippet.line.size() < 200);
  CHECK(snippet.line.starts_with("...a"));
  CHECK(snippet.line.ends_with("b..."));
  CHECK(snippet.line.substr(snippet.mark.find('^'), 4) == "HERE");
  CHECK(snippet.mark.ends_with(" ^~~~"));
}

TEST_CASE("a cut does not go through a character") {
  std::string text;
  for (int i = 0; i < 300; ++i) text += "\xE2\x82\xAC";
  for (std::uint32_t column = 300; column < 303; ++column) {
    CHECK(snippet_of(span("f", 1, column, 0, text)).line.substr(3, 2) == "\xE2\x82");
  }
}

}  // namespace graphwitness
