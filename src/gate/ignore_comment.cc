#include "gate/ignore_comment.h"

#include <algorithm>

#include "python/tokens.h"

namespace graphwitness::gate {
namespace {

constexpr std::string_view kMark = "graphwitness:";

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

std::vector<std::string> names_in(std::string_view list) {
  std::vector<std::string> names;
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(','), list.size());
    const std::string_view name = trimmed(list.substr(0, end));
    if (!name.empty()) names.emplace_back(name);
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return names;
}

/// `text` is a line from its `#` on; false when the comment is none of ours.
bool parse(std::string_view text, IgnoreComment& comment) {
  text = trimmed(text.substr(1));
  if (!text.starts_with(kMark)) return false;
  text = trimmed(text.substr(kMark.size()));
  constexpr std::string_view kVerb = "ignore";
  if (!text.starts_with(kVerb)) return true;
  text = trimmed(text.substr(kVerb.size()));
  const std::size_t end = text.find(']');
  if (!text.starts_with('[') || end == std::string_view::npos) return true;
  comment.rules = names_in(text.substr(1, end - 1));
  comment.reason = trimmed(text.substr(end + 1));
  return true;
}

struct Lines {
  std::uint32_t first = 0;
  std::uint32_t last = 0;
};

bool is_code(const python::Token& token) {
  using python::TokenKind;
  return token.kind != TokenKind::newline && token.kind != TokenKind::indent && token.kind != TokenKind::dedent &&
         token.kind != TokenKind::end;
}

/// In order; no two share a line.
std::vector<Lines> statements_of(const std::vector<python::Token>& tokens) {
  std::vector<Lines> statements;
  bool open = false;
  for (const python::Token& token : tokens) {
    if (is_code(token)) {
      if (!open) statements.push_back({token.line, token.line});
      statements.back().last = token.end_line;
      open = true;
    } else if (token.kind == python::TokenKind::newline) {
      open = false;
    }
  }
  return statements;
}

/// Lines and tokens of a text, read together from the top.
class Scanner {
 public:
  Scanner(std::string_view python, std::uint32_t first_line)
      : text_(python),
        number_(first_line),
        tokens_(python::tokenize(python, first_line)),
        statements_(statements_of(tokens_)) {}

  std::vector<IgnoreComment> run() {
    for (; !text_.empty(); ++number_) {
      const std::size_t end = std::min(text_.find('\n'), text_.size());
      read_line(text_.substr(0, end));
      text_.remove_prefix(std::min(end + 1, text_.size()));
    }
    return std::move(found_);
  }

 private:
  void read_line(std::string_view line) {
    const std::size_t code_end = end_of_code(line);
    const std::size_t hash = line.find('#', code_end);
    if (hash == std::string_view::npos) return;
    IgnoreComment comment{.line = number_, .first_line = number_, .last_line = number_};
    if (!parse(line.substr(hash), comment)) return;
    set_statement(comment);
    found_.push_back(std::move(comment));
  }

  /// Where the last token of this line ends, so that a `#` in a string begins no comment; the line's end when the token
  /// goes on below.
  std::size_t end_of_code(std::string_view line) {
    std::size_t end = 0;
    for (; next_ < tokens_.size() && tokens_[next_].line <= number_; ++next_) {
      const python::Token& token = tokens_[next_];
      if (!is_code(token)) continue;
      if (token.end_line > number_) return line.size();
      if (token.end_line == number_) end = token.end_column - 1;
    }
    return std::min(end, line.size());
  }

  void set_statement(IgnoreComment& comment) const {
    const auto after = std::ranges::upper_bound(statements_, comment.line, {}, &Lines::first);
    if (after == statements_.begin()) return;
    const Lines& statement = *(after - 1);
    if (statement.last < comment.line) return;
    comment.first_line = statement.first;
    comment.last_line = statement.last;
  }

  std::string_view text_;
  std::uint32_t number_;
  std::vector<python::Token> tokens_;
  std::vector<Lines> statements_;
  std::size_t next_ = 0;  ///< the first token that this line or a later one has still to pass
  std::vector<IgnoreComment> found_;
};

}  // namespace

std::vector<IgnoreComment> ignore_comments(std::string_view python, std::uint32_t first_line) {
  if (python.find(kMark) == std::string_view::npos) return {};
  return Scanner(python, first_line).run();
}

}  // namespace graphwitness::gate
