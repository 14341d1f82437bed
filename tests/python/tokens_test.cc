#include "python/tokens.h"

#include <doctest/doctest.h>

#include <string>

namespace graphwitness::python {
namespace {

/// Tokens separated by spaces; `<` and `>` for indentation, `;` for the end of a line.
std::string spelled(std::string_view text) {
  std::string out;
  for (const Token& token : tokenize(text)) {
    switch (token.kind) {
      case TokenKind::indent:
        out += "< ";
        break;
      case TokenKind::dedent:
        out += "> ";
        break;
      case TokenKind::newline:
        out += "; ";
        break;
      case TokenKind::end:
        break;
      default:
        out += std::string(token.text) + " ";
    }
  }
  return out;
}

TEST_CASE("indentation, comments, blank lines and continued lines") {
  CHECK(spelled("if a:\n    b\n\n  # note\n    c\nd\n") == "if a : ; < b ; c ; > d ; ");
  CHECK(spelled("f(a,\n  b)\nc") == "f ( a , b ) ; c ; ");
  CHECK(spelled("a = \\\n  b\n") == "a = b ; ");
  CHECK(spelled("    def f():\n        pass\n") == "def f ( ) : ; < pass ; > ");
}

TEST_CASE("strings, numbers and operators") {
  CHECK(spelled("x = rb'a\\'b' + \"\"\"c\nd\"\"\"") == "x = rb'a\\'b' + \"\"\"c\nd\"\"\" ; ");
  CHECK(spelled("1.5e-3 0x1F .5 1_000j") == "1.5e-3 0x1F .5 1_000j ; ");
  CHECK(spelled("a **= b // c != d := e -> f") == "a **= b // c != d := e -> f ; ");
}

TEST_CASE("what is no Python ends all the same") {
  CHECK(spelled("'open\nx") == "'open ; x ; ");
  CHECK(spelled("\"\"\"open") == "\"\"\"open ; ");
  CHECK(spelled("a ? b $") == "a ? b $ ; ");
  CHECK(spelled(")]} a\n") == ") ] } a ; ");
  CHECK(spelled("").empty());
}

TEST_CASE("lines and columns count from the number that is given") {
  const auto tokens = tokenize("a\n  b = c\n", 7);
  CHECK(tokens[3].text == "b");
  CHECK(tokens[3].line == 8);
  CHECK(tokens[3].column == 3);
  CHECK(tokens[3].end_column == 4);
}

}  // namespace
}  // namespace graphwitness::python
