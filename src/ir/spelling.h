#pragma once
/// How the IR text spells names, strings and numbers: the printer writes by it, the lexer reads by it.

#include <cstdint>
#include <string>
#include <string_view>

namespace graphwitness {

/// May stand in a value's label without quotes.
bool is_plain_label(std::string_view name);
/// Letters, digits, `_`, `.`, and `::` between them: what may name an attribute without quotes.
bool is_word_shaped(std::string_view word);
/// May stand as a word without quotes anywhere: word-shaped and not a keyword.
bool is_plain_word(std::string_view word);
constexpr bool is_label_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
         c == '/' || c == '-';
}
constexpr bool is_word_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
}

/// Appends the text in double quotes; bytes that are not printable UTF-8 as \xHH.
void append_quoted(std::string& out, std::string_view text);
/// Appends the word, in quotes when it is not plain.
void append_word(std::string& out, std::string_view word);
void append_integer(std::string& out, std::int64_t value);
void append_unsigned(std::string& out, std::uint64_t value);
/// Shortest text that reads back to the same bits; always with a point, an exponent, `inf` or `nan`.
void append_floating(std::string& out, double value);
void append_floating(std::string& out, float value);
void append_hex(std::string& out, std::string_view bytes);

}  // namespace graphwitness
