#include "python/tokens.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace graphwitness::python {
namespace {

constexpr std::array<std::string_view, 24> kLongOperators{
    "**=", "//=", ">>=", "<<=", "...", "->", ":=", "==", "!=", "<=", ">=", "**",
    "//",  ">>",  "<<",  "+=",  "-=",  "*=", "/=", "%=", "&=", "|=", "^=", "@="};

bool starts_name(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_' || (c & 0x80) != 0; }
bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }
bool continues_name(char c) { return starts_name(c) || is_digit(c); }

class Tokenizer {
 public:
  Tokenizer(std::string_view text, std::uint32_t first_line) : text_(text), line_(first_line) {}

  std::vector<Token> run() {
    while (at_ < text_.size()) {
      if (at_line_start_ && brackets_ == 0 && skip_blank_or_indent()) continue;
      step();
    }
    if (!tokens_.empty() && tokens_.back().kind != TokenKind::newline) add(TokenKind::newline, at_);
    for (; indents_.size() > 1; indents_.pop_back()) add(TokenKind::dedent, at_);
    add(TokenKind::end, at_);
    return std::move(tokens_);
  }

 private:
  char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  std::uint32_t column(std::size_t at) const { return static_cast<std::uint32_t>(at - line_start_ + 1); }

  /// A token from `begin` to the current position, on one line.
  void add(TokenKind kind, std::size_t begin) {
    tokens_.push_back({kind, text_.substr(begin, at_ - begin), line_, column(begin), line_, column(at_)});
  }

  void next_line() {
    ++line_;
    line_start_ = at_;
  }

  /// True when the line held nothing; else its indentation has become tokens.
  bool skip_blank_or_indent() {
    std::uint32_t width = 0;
    for (; peek() == ' ' || peek() == '\t' || peek() == '\f'; ++at_)
      width = peek() == '\t' ? (width / 8 + 1) * 8 : width + 1;
    if (peek() == '#') skip_comment();
    if (at_ >= text_.size()) return true;
    if (peek() == '\r') ++at_;
    if (peek() == '\n') {
      ++at_;
      next_line();
      return true;
    }
    at_line_start_ = false;
    if (indents_.empty()) indents_.push_back(width);
    if (width > indents_.back()) {
      indents_.push_back(width);
      add(TokenKind::indent, at_);
    }
    while (indents_.size() > 1 && width < indents_.back()) {
      indents_.pop_back();
      add(TokenKind::dedent, at_);
    }
    return false;
  }

  void skip_comment() { at_ = std::min(text_.find('\n', at_), text_.size()); }

  void step() {
    const char c = peek();
    if (c == '\n') {
      end_line();
    } else if (c == ' ' || c == '\t' || c == '\r' || c == '\f') {
      ++at_;
    } else if (c == '#') {
      skip_comment();
    } else if (c == '\\' && (peek(1) == '\n' || peek(1) == '\r')) {
      at_ = std::min(text_.find('\n', at_), text_.size() - 1) + 1;
      next_line();
    } else if (const std::size_t prefix = string_prefix(); prefix != std::string_view::npos) {
      string(prefix);
    } else if (starts_name(c)) {
      const std::size_t begin = at_;
      while (continues_name(peek())) ++at_;
      add(TokenKind::name, begin);
    } else if (is_digit(c) || (c == '.' && is_digit(peek(1)))) {
      number();
    } else {
      op();
    }
  }

  void end_line() {
    if (brackets_ == 0) {
      add(TokenKind::newline, at_);
      at_line_start_ = true;
    }
    ++at_;
    next_line();
  }

  /// Length of the prefix of a string that starts here ("", "f", "rb"); npos: no string does.
  std::size_t string_prefix() const {
    std::size_t length = 0;
    while (length < 3 && std::string_view("rRbBfFuU").find(peek(length)) != std::string_view::npos &&
           peek(length) != '\0') {
      ++length;
    }
    return peek(length) == '"' || peek(length) == '\'' ? length : std::string_view::npos;
  }

  void string(std::size_t prefix) {
    const std::size_t begin = at_;
    const std::uint32_t begin_line = line_;
    const std::uint32_t begin_column = column(at_);
    at_ += prefix;
    const char quote = peek();
    const bool triple = peek(1) == quote && peek(2) == quote;
    at_ += triple ? 3U : 1U;
    while (at_ < text_.size()) {
      if (peek() == '\\') {
        at_ += peek(1) == '\n' ? 1U : 2U;
        continue;
      }
      if (peek() == '\n') {
        if (!triple) break;  // an open string ends with its line
        ++at_;
        next_line();
        continue;
      }
      const bool closes = peek() == quote && (!triple || (peek(1) == quote && peek(2) == quote));
      ++at_;
      if (!closes) continue;
      if (triple) at_ += 2;
      break;
    }
    at_ = std::min(at_, text_.size());
    tokens_.push_back(
        {TokenKind::string, text_.substr(begin, at_ - begin), begin_line, begin_column, line_, column(at_)});
  }

  void number() {
    const std::size_t begin = at_;
    while (continues_name(peek()) || peek() == '.' ||
           ((peek() == '+' || peek() == '-') && (text_[at_ - 1] == 'e' || text_[at_ - 1] == 'E') &&
            !text_.substr(begin).starts_with("0x"))) {
      ++at_;
    }
    add(TokenKind::number, begin);
  }

  void op() {
    const std::size_t begin = at_;
    const auto* const longest = std::ranges::find_if(
        kLongOperators, [&](std::string_view long_operator) { return text_.substr(at_).starts_with(long_operator); });
    at_ += longest == kLongOperators.end() ? 1 : longest->size();
    const char c = text_[begin];
    if (c == '(' || c == '[' || c == '{') ++brackets_;
    if ((c == ')' || c == ']' || c == '}') && brackets_ > 0) --brackets_;
    add(TokenKind::op, begin);
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_start_ = 0;
  std::uint32_t line_;
  std::uint32_t brackets_ = 0;
  bool at_line_start_ = true;
  std::vector<std::uint32_t> indents_;
  std::vector<Token> tokens_;
};

}  // namespace

std::vector<Token> tokenize(std::string_view text, std::uint32_t first_line) {
  return Tokenizer(text, first_line).run();
}

}  // namespace graphwitness::python
