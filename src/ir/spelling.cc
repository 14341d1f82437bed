#include "ir/spelling.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <limits>

namespace graphwitness {
namespace {

constexpr std::array<std::string_view, 17> kKeywords{
    "block",    "callable", "constant", "format", "graph", "graphwitness", "location", "missing", "module", "name",
    "property", "return",   "source",   "tensor", "_",     "inf",          "nan"};

/// Length of the printable UTF-8 sequence at the start of `text`; 0 when its first byte must be escaped.
std::size_t printable_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return lead >= 0x20 && lead != 0x7F ? 1 : 0;
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80) return 0;
  }
  if ((lead == 0xE0 && byte(1) < 0xA0) || (lead == 0xED && byte(1) > 0x9F) || (lead == 0xF0 && byte(1) < 0x90) ||
      (lead == 0xF4 && byte(1) > 0x8F)) {
    return 0;
  }
  return lead == 0xC2 && byte(1) < 0xA0 ? 0 : length;  // C1 control characters are escaped
}

void append_hex_byte(std::string& out, char c) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const auto byte = static_cast<unsigned char>(c);
  out += kDigits[byte >> 4U];
  out += kDigits[byte & 0xFU];
}

template <class Number>
void append_number(std::string& out, Number value) {
  std::array<char, 32> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  out.append(buffer.data(), end);
}

/// A finite or infinite number, told from an integer by its point, exponent or `inf`.
template <class Float>
void append_decimal(std::string& out, Float value) {
  const std::size_t start = out.size();
  append_number(out, value);
  if (std::string_view(out).substr(start).find_first_of(".en") == std::string_view::npos) out += ".0";
}

}  // namespace

bool is_plain_label(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, is_label_char) && name.find("//") == std::string_view::npos;
}

bool is_word_shaped(std::string_view word) {
  if (word.empty() || (word[0] >= '0' && word[0] <= '9') || word[0] == '.') return false;
  for (std::size_t i = 0; i < word.size(); ++i) {
    if (is_word_char(word[i])) continue;
    const bool separator = word.substr(i).starts_with("::") && i > 0 && i + 2 < word.size() && word[i + 2] != ':';
    if (!separator) return false;
    ++i;
  }
  return true;
}

bool is_plain_word(std::string_view word) {
  return is_word_shaped(word) && std::ranges::find(kKeywords, word) == kKeywords.end();
}

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
      ++i;
      continue;
    }
    if (c == '\n' || c == '\t') {
      out += c == '\n' ? "\\n" : "\\t";
      ++i;
      continue;
    }
    const std::size_t length = printable_length(text.substr(i));
    if (length == 0) {
      out += "\\x";
      append_hex_byte(out, c);
      ++i;
      continue;
    }
    out.append(text.substr(i, length));
    i += length;
  }
  out += '"';
}

void append_word(std::string& out, std::string_view word) {
  if (is_plain_word(word)) {
    out += word;
    return;
  }
  append_quoted(out, word);
}

void append_integer(std::string& out, std::int64_t value) { append_number(out, value); }
void append_unsigned(std::string& out, std::uint64_t value) { append_number(out, value); }

void append_floating(std::string& out, double value) {
  if (std::isnan(value)) {
    out += "nan";
    const auto bits = std::bit_cast<std::uint64_t>(value);
    if (bits == std::bit_cast<std::uint64_t>(std::numeric_limits<double>::quiet_NaN())) return;
    out += "(";
    append_unsigned(out, bits);
    out += ")";
    return;
  }
  append_decimal(out, value);
}

void append_floating(std::string& out, float value) {
  if (std::isnan(value)) return append_floating(out, static_cast<double>(value));
  append_decimal(out, value);
}
void append_hex(std::string& out, std::string_view bytes) {
  out += "x\"";
  for (char c : bytes) append_hex_byte(out, c);
  out += '"';
}

}  // namespace graphwitness
