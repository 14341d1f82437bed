#pragma once
/// Python source as tokens. Never fails: what is no Python becomes operators of one character, and an open string ends
/// with the text.
///
/// Limits: columns count bytes; a tab indents to the next multiple of eight, as in Python.

#include <cstdint>
#include <string_view>
#include <vector>

namespace graphwitness::python {

enum class TokenKind : std::uint8_t { name, number, string, op, newline, indent, dedent, end };

struct Token {
  TokenKind kind = TokenKind::end;
  std::string_view text;
  std::uint32_t line = 0;    ///< from 1
  std::uint32_t column = 0;  ///< from 1
  std::uint32_t end_line = 0;
  std::uint32_t end_column = 0;  ///< one past the last
};

/// `first_line` is the number of the text's first line; an indented first line is no error.
std::vector<Token> tokenize(std::string_view text, std::uint32_t first_line = 1);

}  // namespace graphwitness::python
