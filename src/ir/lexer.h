#pragma once
/// Cuts IR text into tokens. Errors name the file, line and column.

#include <cstdint>
#include <string>
#include <string_view>

namespace graphwitness {

struct Token {
  enum class Kind : std::uint8_t {
    end,
    word,         ///< text: the word
    string,       ///< text: unescaped
    value,        ///< text: canonical label after `%`, as spelled by the printer
    number,       ///< text: as written
    hex,          ///< text: the bytes
    punctuation,  ///< text: one character
  };
  Kind kind = Kind::end;
  /// Valid until the next call of Lexer::next for strings with escapes and hex; else as long as the input.
  std::string_view text;
  /// Of a value: its name without the `#n`.
  std::string_view name;
  std::uint32_t line = 1;
  std::uint32_t column = 1;
};

class Lexer {
 public:
  Lexer(std::string_view text, std::string_view file) : text_(text), file_(file) {}

  Token next();
  /// Throws InputError: "FILE:LINE:COLUMN: MESSAGE".
  [[noreturn]] void fail(const Token& at, const std::string& message) const;

 private:
  void skip_blank();
  Token start(Token::Kind kind) const;
  Token word();
  Token value();
  Token number();
  Token string(Token::Kind kind);
  std::string unescape(const Token& at);
  char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }

  std::string_view text_;
  std::string_view file_;
  std::size_t at_ = 0;
  std::size_t line_start_ = 0;
  std::uint32_t line_ = 1;
  std::string buffer_;
  std::string name_buffer_;
};

}  // namespace graphwitness
