#include "support/escape.h"

#include <algorithm>
#include <cstdint>

namespace graphwitness {
namespace {

/// Bytes of the valid UTF-8 character that `text` starts with, 0 when there is none.
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  const bool overlong = (lead == 0xE0 && byte(1) < 0xA0) || (lead == 0xF0 && byte(1) < 0x90);
  const bool surrogate = lead == 0xED && byte(1) > 0x9F;
  const bool too_large = lead == 0xF4 && byte(1) > 0x8F;
  return overlong || surrogate || too_large ? 0 : length;
}

/// Characters that are UTF-8, but not XML: controls, and the two non-characters U+FFFE and U+FFFF.
bool allowed_in_xml(std::string_view character) {
  if (character.size() == 1) return (character[0] >= ' ' && character[0] != '\x7F') || character[0] == '\n';
  if (character.size() == 2) return !(character[0] == '\xC2' && static_cast<unsigned char>(character[1]) < 0xA0);
  return character != "\xEF\xBF\xBE" && character != "\xEF\xBF\xBF";
}

void append_hex(std::string& out, std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += "\\x";
    out += kDigits[byte >> 4U];
    out += kDigits[byte & 0xFU];
  }
}

/// A backslash is written as an entity: Graphviz expands `\N` and the like even inside HTML-like labels, once or twice.
constexpr std::string_view kBackslash = "&#92;";

std::string escape(std::string_view text, std::string_view newline) {
  std::string out;
  for (char c : printable(text)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\\':
        out += kBackslash;
        break;
      case '\n':
        out += newline;
        break;
      default:
        out += c;
    }
  }
  return out;
}

}  // namespace

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    const std::string_view character = text.substr(0, length == 0 ? 1 : length);
    text.remove_prefix(character.size());
    if (character == "\t") {
      out += ' ';
    } else if (length == 0 || !allowed_in_xml(character)) {
      append_hex(out, character);
    } else {
      out += character;
    }
  }
  return out;
}

std::string shortened(std::string_view text, std::size_t most) {
  constexpr std::string_view kCut = "…";
  const auto starts_character = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; };
  std::size_t characters = 0;
  std::size_t keep = 0;  // bytes of the first most - 1 characters
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!starts_character(text[i])) continue;
    if (++characters == most) keep = i;
    if (characters > most) return std::string(text.substr(0, keep)).append(kCut);
  }
  return std::string(text);
}

std::string escape_html_label(std::string_view text) { return escape(text, "<BR ALIGN=\"LEFT\"/>"); }

std::string escape_xml(std::string_view text) {
  std::string out;
  for (const char c : printable(text)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\n':
        out += "&#10;";  // a plain one becomes a blank inside of attributes
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string escape_dot_string(std::string_view text) { return escape(text, "\\n"); }

namespace {

/// Each of `special` as a percent sign and its code.
std::string percent_encoded(std::string_view text, std::string_view special) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : printable(text)) {
    if (special.find(c) == special.npos) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += kDigits[byte >> 4U];
    out += kDigits[byte & 0xFU];
  }
  return out;
}

}  // namespace

std::string escape_workflow_data(std::string_view text) { return percent_encoded(text, "%\r\n"); }

std::string escape_workflow_property(std::string_view text) { return percent_encoded(text, "%\r\n:,"); }

std::string escape_markdown_cell(std::string_view text) {
  constexpr std::string_view kMarks = "\\*_[]#~$@!";
  const std::string shown = printable(text);
  // A backtick without its partner would make code of the rest of the table.
  const bool paired = std::ranges::count(shown, '`') % 2 == 0;
  std::string out;
  bool is_code = false;
  for (const char c : shown) {
    if (c == '`' && paired) is_code = !is_code;
    if (c == '\n') {
      out += ' ';
    } else if (c == '|' || (c == '`' && !paired) || (!is_code && kMarks.find(c) != kMarks.npos)) {
      out += '\\';
      out += c;
    } else if (!is_code && c == '<') {
      out += "&lt;";
    } else if (!is_code && c == '&') {
      out += "&amp;";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace graphwitness
