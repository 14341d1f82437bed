#include "ir/lexer.h"

#include "graphwitness/support/error.h"
#include "ir/spelling.h"

namespace graphwitness {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

void Lexer::fail(const Token& at, const std::string& message) const {
  std::string where(file_);
  where += ':';
  append_unsigned(where, at.line);
  where += ':';
  append_unsigned(where, at.column);
  throw InputError(where + ": " + message);
}

void Lexer::skip_blank() {
  while (at_ < text_.size()) {
    const char c = text_[at_];
    if (c == '\n') {
      ++line_;
      line_start_ = ++at_;
    } else if (c == ' ' || c == '\t' || c == '\r') {
      ++at_;
    } else if (c == '/' && peek(1) == '/') {
      while (at_ < text_.size() && text_[at_] != '\n') ++at_;
    } else {
      return;
    }
  }
}

Token Lexer::start(Token::Kind kind) const {
  return {
      .kind = kind, .text = {}, .name = {}, .line = line_, .column = static_cast<std::uint32_t>(at_ - line_start_) + 1};
}

Token Lexer::next() {
  skip_blank();
  if (at_ == text_.size()) return start(Token::Kind::end);
  const char c = text_[at_];
  if (c == '%') return value();
  if (c == '"') return string(Token::Kind::string);
  if (c == 'x' && peek(1) == '"') {
    ++at_;
    return string(Token::Kind::hex);
  }
  if (is_digit(c) || c == '-') return number();
  if (is_word_char(c) && c != '.') return word();
  Token token = start(Token::Kind::punctuation);
  token.text = text_.substr(at_++, 1);
  return token;
}

Token Lexer::word() {
  Token token = start(Token::Kind::word);
  const std::size_t first = at_;
  while (is_word_char(peek()) || (peek() == ':' && peek(1) == ':' && is_word_char(peek(2)))) {
    at_ += peek() == ':' ? 2U : 1U;
  }
  token.text = text_.substr(first, at_ - first);
  return token;
}

Token Lexer::value() {
  Token token = start(Token::Kind::value);
  const std::size_t first = ++at_;
  bool quoted = false;
  if (peek() == '"') {
    quoted = true;
    const Token name = string(Token::Kind::string);
    name_buffer_ = std::string(name.text);
    token.name = name_buffer_;
  } else {
    while (is_label_char(peek()) && !(peek() == '/' && peek(1) == '/')) ++at_;
    token.name = text_.substr(first, at_ - first);
  }
  const std::size_t suffix = at_;
  if (peek() == '#') {
    ++at_;
    while (is_digit(peek())) ++at_;
  }
  token.text = text_.substr(first, at_ - first);
  if (token.text.empty()) fail(token, "`%` without a name, expected the label of a value");
  if (quoted && is_plain_label(token.name)) {
    buffer_ = std::string(token.name) + std::string(text_.substr(suffix, at_ - suffix));
    token.text = buffer_;
  }
  return token;
}

Token Lexer::number() {
  Token token = start(Token::Kind::number);
  const std::size_t first = at_;
  if (peek() == '-') ++at_;
  if (text_.substr(at_).starts_with("inf")) {
    at_ += 3;
  } else {
    if (!is_digit(peek())) fail(token, "`-` without a number");
    while (is_digit(peek()) || peek() == '.') ++at_;
    if (peek() == 'e' || peek() == 'E') {
      ++at_;
      if (peek() == '-' || peek() == '+') ++at_;
      while (is_digit(peek())) ++at_;
    }
  }
  token.text = text_.substr(first, at_ - first);
  return token;
}

Token Lexer::string(Token::Kind kind) {
  Token token = start(kind);
  const std::size_t first = ++at_;
  const std::size_t stop = text_.find_first_of("\"\\\n", first);
  if (stop != std::string_view::npos && text_[stop] == '"' && kind == Token::Kind::string) {
    token.text = text_.substr(first, stop - first);
    at_ = stop + 1;
    return token;
  }
  buffer_ = unescape(token);
  if (kind == Token::Kind::hex) {
    std::string bytes;
    for (std::size_t i = 0; i + 1 < buffer_.size(); i += 2) {
      const int high = hex_digit(buffer_[i]);
      const int low = hex_digit(buffer_[i + 1]);
      if (high < 0 || low < 0) fail(token, "a character that is no hexadecimal digit in x\"...\"");
      bytes += static_cast<char>(high * 16 + low);
    }
    if (buffer_.size() % 2 != 0) fail(token, "an odd number of digits in x\"...\"");
    buffer_ = std::move(bytes);
  }
  token.text = buffer_;
  return token;
}

/// Reads up to the closing quote. Strings do not span lines.
std::string Lexer::unescape(const Token& at) {
  std::string out;
  while (true) {
    const char c = peek();
    if (at_ >= text_.size() || c == '\n') fail(at, "a string without its closing quote");
    ++at_;
    if (c == '"') return out;
    if (c != '\\') {
      out += c;
      continue;
    }
    const char escape = peek();
    ++at_;
    if (escape == 'n') {
      out += '\n';
    } else if (escape == 't') {
      out += '\t';
    } else if (escape == '"' || escape == '\\') {
      out += escape;
    } else if (escape == 'x' && hex_digit(peek()) >= 0 && hex_digit(peek(1)) >= 0) {
      out += static_cast<char>(hex_digit(peek()) * 16 + hex_digit(peek(1)));
      at_ += 2;
    } else {
      fail(at, "an unknown escape in a string, expected \\n, \\t, \\\", \\\\ or \\xHH");
    }
  }
}

}  // namespace graphwitness
