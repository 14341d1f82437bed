#include <algorithm>
#include <array>
#include <initializer_list>
#include <utility>

#include "python/syntax.h"

namespace graphwitness::python {
namespace {

constexpr std::uint32_t kDeepest = 100;

/// Binary operators from loosest to tightest; comparisons, `not`, `and` and `or` are looser than all of them.
constexpr std::array<std::array<std::string_view, 5>, 6> kBinary{{{"|", "", "", "", ""},
                                                                  {"^", "", "", "", ""},
                                                                  {"&", "", "", "", ""},
                                                                  {"<<", ">>", "", "", ""},
                                                                  {"+", "-", "", "", ""},
                                                                  {"*", "/", "//", "%", "@"}}};
constexpr std::array<std::string_view, 12> kAugmented{
    "+=", "-=", "*=", "/=", "%=", "@=", "&=", "|=", "^=", "**=", "//=", ">>="};

class Parser {
 public:
  Parser(std::string_view text, std::uint32_t first_line) : tokens_(tokenize(text, first_line)) {}

  Module run() {
    while (!is(TokenKind::end)) statement(module_.body);
    return std::move(module_);
  }

 private:
  /// Counts nesting; what lies deeper than the limit is passed over.
  class Nesting {
   public:
    explicit Nesting(Parser& parser) : parser_(parser) { ++parser_.depth_; }
    ~Nesting() { --parser_.depth_; }
    Nesting(const Nesting&) = delete;
    Nesting& operator=(const Nesting&) = delete;

   private:
    Parser& parser_;
  };

  // --- tokens
  const Token& token(std::size_t ahead = 0) const { return tokens_[std::min(at_ + ahead, tokens_.size() - 1)]; }
  bool is(TokenKind kind) const { return token().kind == kind; }
  bool is_op(std::string_view text) const { return is(TokenKind::op) && token().text == text; }
  bool is_word(std::string_view text) const { return is(TokenKind::name) && token().text == text; }
  void advance() {
    if (at_ + 1 < tokens_.size()) ++at_;
  }
  bool accept_op(std::string_view text) {
    if (!is_op(text)) return false;
    advance();
    return true;
  }
  bool accept_word(std::string_view text) {
    if (!is_word(text)) return false;
    advance();
    return true;
  }
  const Token& previous() const { return tokens_[at_ == 0 ? 0 : at_ - 1]; }

  /// Inside brackets `in` is an operator again.
  template <class F>
  auto in_brackets(F&& read) {
    const bool before = std::exchange(no_in_, false);
    auto result = read();
    no_in_ = before;
    return result;
  }

  // --- expressions
  ExprIndex add(ExprKind kind, const Token& begin, std::string_view text = {}, std::vector<ExprIndex> children = {}) {
    Expr expr;
    expr.kind = kind;
    expr.line = begin.line;
    expr.column = begin.column;
    expr.end_line = previous().end_line;
    expr.end_column = previous().end_column;
    expr.text = text;
    expr.children = std::move(children);
    module_.exprs.push_back(std::move(expr));
    return static_cast<ExprIndex>(module_.exprs.size() - 1);
  }
  Expr& operator[](ExprIndex index) { return module_.exprs[index]; }

  /// Comma-separated expressions as a tuple, or the only one.
  ExprIndex expressions() {
    const Token begin = token();
    const ExprIndex first = starred_or_test();
    if (!is_op(",")) return first;
    std::vector<ExprIndex> items{first};
    while (accept_op(",")) {
      if (ends_expressions()) break;
      items.push_back(starred_or_test());
    }
    return add(ExprKind::tuple, begin, {}, std::move(items));
  }
  bool ends_expressions() const {
    if (is(TokenKind::newline) || is(TokenKind::end)) return true;
    if (!is(TokenKind::op)) return is_word("in") || is_word("for");
    const std::string_view text = token().text;
    return text == ")" || text == "]" || text == "}" || text == "=" || text == ":" || text == ";";
  }
  ExprIndex starred_or_test() {
    const Token begin = token();
    if (accept_op("*") || accept_op("**")) {
      const ExprIndex inner = binary(0);
      return add(ExprKind::starred, begin, {}, {inner});
    }
    return test();
  }

  ExprIndex test() {
    const Nesting nesting(*this);
    const Token begin = token();
    if (depth_ > kDeepest) return skip_expression();
    if (is_word("lambda")) return lambda();
    if (is_word("yield")) return yield();
    if (is(TokenKind::name) && token(1).kind == TokenKind::op && token(1).text == ":=") {
      advance();
      advance();
      const ExprIndex value = test();
      return add(ExprKind::walrus, begin, begin.text, {value});
    }
    const ExprIndex body = boolean("or");
    if (!accept_word("if")) return body;
    const ExprIndex condition = boolean("or");
    if (!accept_word("else")) return body;  // the condition of a comprehension is read by its owner
    const ExprIndex orelse = test();
    return add(ExprKind::conditional, begin, {}, {body, condition, orelse});
  }

  ExprIndex skip_expression() {
    const Token begin = token();
    std::uint32_t open = 0;
    while (!is(TokenKind::end) && !is(TokenKind::newline)) {
      if (is(TokenKind::op)) {
        const std::string_view text = token().text;
        if (text == "(" || text == "[" || text == "{") ++open;
        if (text == ")" || text == "]" || text == "}") {
          if (open == 0) break;
          --open;
        }
        if (open == 0 && text == ",") break;
      }
      advance();
    }
    return add(ExprKind::unknown, begin);
  }

  ExprIndex lambda() {
    const Token begin = token();
    advance();
    std::vector<std::string_view> names;
    while (!is_op(":") && !is(TokenKind::newline) && !is(TokenKind::end)) {
      if (is(TokenKind::name)) {
        names.push_back(token().text);
        advance();
        if (accept_op("=")) test();
      } else {
        advance();
      }
    }
    accept_op(":");
    const ExprIndex body = test();
    const ExprIndex made = add(ExprKind::lambda, begin, {}, {body});
    (*this)[made].names = std::move(names);
    return made;
  }

  ExprIndex yield() {
    const Token begin = token();
    advance();
    accept_word("from");
    std::vector<ExprIndex> children;
    if (!ends_expressions()) children.push_back(expressions());
    return add(ExprKind::await, begin, {}, std::move(children));
  }

  ExprIndex boolean(std::string_view word) {
    const Token begin = token();
    const auto operand = [&] { return word == "or" ? boolean("and") : negation(); };
    const ExprIndex first = operand();
    if (!is_word(word)) return first;
    std::vector<ExprIndex> operands{first};
    while (accept_word(word)) operands.push_back(operand());
    return add(ExprKind::boolean, begin, word, std::move(operands));
  }

  ExprIndex negation() {
    const Nesting nesting(*this);
    const Token begin = token();
    if (depth_ > kDeepest) return skip_expression();
    if (!accept_word("not")) return comparison();
    const ExprIndex operand = negation();
    return add(ExprKind::unary, begin, "not", {operand});
  }

  std::string_view comparison_operator() {
    for (std::string_view op : {"<", ">", "==", "!=", "<=", ">="}) {
      if (accept_op(op)) return op;
    }
    if (accept_word("in")) return "in";
    if (accept_word("is")) return accept_word("not") ? "is not" : "is";
    if (is_word("not") && token(1).kind == TokenKind::name && token(1).text == "in") {
      advance();
      advance();
      return "not in";
    }
    return {};
  }

  ExprIndex comparison() {
    const Token begin = token();
    std::vector<ExprIndex> operands{binary(0)};
    std::vector<std::string_view> names;
    while (!(is_word("in") && no_in_)) {
      const std::string_view op = comparison_operator();
      if (op.empty()) break;
      names.push_back(op);
      operands.push_back(binary(0));
    }
    if (names.empty()) return operands[0];
    const ExprIndex made = add(ExprKind::compare, begin, {}, std::move(operands));
    (*this)[made].names = std::move(names);
    return made;
  }

  ExprIndex binary(std::size_t level) {
    if (level == kBinary.size()) return unary();
    const Token begin = token();
    ExprIndex left = binary(level + 1);
    while (is(TokenKind::op)) {
      const std::string_view op = token().text;
      if (std::ranges::find(kBinary[level], op) == kBinary[level].end()) break;
      advance();
      const ExprIndex right = binary(level + 1);
      left = add(ExprKind::binary, begin, op, {left, right});
    }
    return left;
  }

  ExprIndex unary() {
    const Nesting nesting(*this);
    const Token begin = token();
    if (depth_ > kDeepest) return skip_expression();
    for (std::string_view op : {"-", "+", "~"}) {
      if (!accept_op(op)) continue;
      const ExprIndex operand = unary();
      return add(ExprKind::unary, begin, op, {operand});
    }
    ExprIndex base = postfix();
    if (accept_op("**")) {
      const ExprIndex exponent = unary();
      base = add(ExprKind::binary, begin, "**", {base, exponent});
    }
    return base;
  }

  ExprIndex postfix() {
    const Token begin = token();
    if (accept_word("await")) {
      const ExprIndex inner = postfix();
      return add(ExprKind::await, begin, {}, {inner});
    }
    ExprIndex base = atom();
    while (true) {
      if (accept_op(".")) {
        const std::string_view name = token().text;
        if (!is(TokenKind::name)) return base;
        advance();
        base = add(ExprKind::attribute, begin, name, {base});
      } else if (accept_op("(")) {
        base = call(begin, base);
      } else if (accept_op("[")) {
        const ExprIndex index = in_brackets([&] { return subscripts(); });
        accept_op("]");
        base = add(ExprKind::subscript, begin, {}, {base, index});
      } else {
        return base;
      }
    }
  }

  ExprIndex call(const Token& begin, ExprIndex callee) {
    std::vector<ExprIndex> children{callee};
    std::vector<std::string_view> names;
    in_brackets([&] {
      while (!is_op(")") && !is(TokenKind::newline) && !is(TokenKind::end)) {
        std::string_view name;
        const std::size_t before = at_;
        if (is(TokenKind::name) && token(1).kind == TokenKind::op && token(1).text == "=") {
          name = token().text;
          advance();
          advance();
        }
        const Token first = token();
        ExprIndex argument = starred_or_test();
        if (is_word("for") || is_word("async")) argument = comprehension(first, argument);
        names.push_back(name);
        children.push_back(argument);
        if (!accept_op(",") && at_ == before) advance();  // whatever it is, go on
      }
      return 0;
    });
    accept_op(")");
    const ExprIndex made = add(ExprKind::call, begin, {}, std::move(children));
    (*this)[made].names = std::move(names);
    return made;
  }

  ExprIndex subscripts() {
    const Token begin = token();
    std::vector<ExprIndex> items;
    bool is_tuple = false;
    while (!is_op("]") && !is(TokenKind::newline) && !is(TokenKind::end)) {
      const std::size_t before = at_;
      items.push_back(slice());
      if (accept_op(",")) is_tuple = true;
      if (at_ == before) advance();
    }
    if (items.size() == 1 && !is_tuple) return items[0];
    return add(ExprKind::tuple, begin, {}, std::move(items));
  }
  ExprIndex slice() {
    const Token begin = token();
    std::vector<ExprIndex> parts;
    bool is_slice = false;
    while (!is_op("]") && !is_op(",") && !is(TokenKind::newline) && !is(TokenKind::end)) {
      if (accept_op(":")) {
        is_slice = true;
        continue;
      }
      const std::size_t before = at_;
      parts.push_back(starred_or_test());
      if (at_ == before) advance();
    }
    if (!is_slice && parts.size() == 1) return parts[0];
    return add(ExprKind::slice, begin, {}, std::move(parts));
  }

  /// What follows the element: `for target in iterable if condition ...`.
  ExprIndex comprehension(const Token& begin, ExprIndex element) {
    std::vector<ExprIndex> children{element};
    while (is_word("for") || is_word("async")) {
      accept_word("async");
      accept_word("for");
      children.push_back(target());
      accept_word("in");
      children.push_back(boolean("or"));
      ExprIndex condition = kNothing;
      while (accept_word("if")) {
        const Token first = token();
        const ExprIndex one = boolean("or");
        condition = condition == kNothing ? one : add(ExprKind::boolean, first, "and", {condition, one});
      }
      children.push_back(condition);
    }
    return add(ExprKind::comprehension, begin, {}, std::move(children));
  }

  /// The targets of a `for`: `in` ends them.
  ExprIndex target() {
    const bool before = std::exchange(no_in_, true);
    const ExprIndex made = expressions();
    no_in_ = before;
    return made;
  }

  ExprIndex atom() {
    const Nesting nesting(*this);
    const Token begin = token();
    if (depth_ > kDeepest) return skip_expression();
    if (is(TokenKind::name)) {
      advance();
      const bool is_constant = begin.text == "None" || begin.text == "True" || begin.text == "False";
      return add(is_constant ? ExprKind::constant : ExprKind::name, begin, begin.text);
    }
    if (is(TokenKind::number)) {
      advance();
      return add(ExprKind::number, begin, begin.text);
    }
    if (is(TokenKind::string)) return strings();
    if (accept_op("(")) return in_brackets([&] { return parenthesized(begin); });
    if (accept_op("[")) return in_brackets([&] { return display(begin, ExprKind::list, "]"); });
    if (accept_op("{")) return in_brackets([&] { return display(begin, ExprKind::set, "}"); });
    if (accept_op("...")) return add(ExprKind::constant, begin, "...");
    const bool stays = is(TokenKind::newline) || is(TokenKind::end) || is(TokenKind::indent) || is(TokenKind::dedent) ||
                       ends_expressions() || is_op(",");
    if (!stays) advance();
    return add(ExprKind::unknown, begin);
  }

  ExprIndex parenthesized(const Token& begin) {
    if (accept_op(")")) return add(ExprKind::tuple, begin);
    const Token first = token();
    ExprIndex inner = expressions();
    if (is_word("for") || is_word("async")) inner = comprehension(first, inner);
    accept_op(")");
    return inner;
  }

  ExprIndex display(const Token& begin, ExprKind kind, std::string_view close) {
    std::vector<ExprIndex> items;
    while (!is_op(close) && !is(TokenKind::newline) && !is(TokenKind::end)) {
      const std::size_t before = at_;
      const Token first = token();
      if (kind != ExprKind::list && accept_op("**")) {
        kind = ExprKind::dict;
        items.push_back(kNothing);
        items.push_back(binary(0));
      } else {
        ExprIndex item = starred_or_test();
        if (kind != ExprKind::list && accept_op(":")) {
          kind = ExprKind::dict;
          items.push_back(item);
          item = test();
        }
        items.push_back(item);
        if (is_word("for") || is_word("async")) {
          const ExprIndex made = comprehension(first, item);
          accept_op(close);
          return made;
        }
      }
      if (!accept_op(",") && at_ == before) advance();
    }
    accept_op(close);
    return add(kind, begin, {}, std::move(items));
  }

  /// Neighbouring string literals are one; those with an `f` hold expressions.
  ExprIndex strings() {
    const Token begin = token();
    std::vector<ExprIndex> inner;
    bool is_formatted = false;
    for (; is(TokenKind::string); advance()) {
      const std::string_view text = token().text;
      const std::string_view prefix = text.substr(0, text.find_first_of("\"'"));
      if (prefix.find_first_of("fF") == std::string_view::npos) continue;
      is_formatted = true;
      fields(token(), inner);
    }
    return add(is_formatted ? ExprKind::formatted : ExprKind::string, begin, begin.text, std::move(inner));
  }

  /// Expressions between the braces of an f-string; they get the place of the string.
  void fields(const Token& string, std::vector<ExprIndex>& into) {
    const std::string_view text = string.text;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] != '{') continue;
      if (i + 1 < text.size() && text[i + 1] == '{') {
        ++i;
        continue;
      }
      std::size_t end = i + 1;
      for (int open = 0; end < text.size(); ++end) {
        const char c = text[end];
        if (open == 0 && (c == '}' || c == ':' || (c == '!' && end + 1 < text.size() && text[end + 1] != '='))) break;
        if (c == '(' || c == '[' || c == '{') ++open;
        if (c == ')' || c == ']' || c == '}') --open;
      }
      field(string, text.substr(i + 1, end - i - 1), into);
      i = std::min(text.find('}', end), text.size());
    }
  }
  void field(const Token& string, std::string_view text, std::vector<ExprIndex>& into) {
    std::vector<Token> inner = tokenize(text);
    for (Token& part : inner) {
      part.line = string.line;
      part.column = string.column;
      part.end_line = string.end_line;
      part.end_column = string.end_column;
    }
    const Nesting nesting(*this);
    if (depth_ > kDeepest) return;
    std::swap(tokens_, inner);
    const std::size_t at = std::exchange(at_, 0);
    into.push_back(expressions());
    std::swap(tokens_, inner);
    at_ = at;
  }

  // --- statements
  StmtIndex add(StmtKind kind, std::uint32_t line) {
    Stmt stmt;
    stmt.kind = kind;
    stmt.line = stmt.end_line = line;
    module_.stmts.push_back(std::move(stmt));
    return static_cast<StmtIndex>(module_.stmts.size() - 1);
  }
  Stmt& stmt(StmtIndex index) { return module_.stmts[index]; }

  void end_statement() {
    if (accept_op(";")) return;
    while (!is(TokenKind::newline) && !is(TokenKind::end)) advance();
    if (is(TokenKind::newline)) advance();
  }

  void statement(std::vector<StmtIndex>& into) {
    const Nesting nesting(*this);
    if (depth_ > kDeepest || is(TokenKind::newline) || is(TokenKind::indent) || is(TokenKind::dedent)) return advance();
    if (is_op("@") || is_word("def") || is_word("class")) return into.push_back(definition());
    if (is_word("async")) {
      advance();
      return statement(into);
    }
    for (std::string_view word : {"if", "while", "for", "try", "with"}) {
      if (is_word(word)) return into.push_back(compound(word));
    }
    if (is_word("match") && reads_as_match()) return match(into);
    into.push_back(simple());
    stmt(into.back()).end_line = std::max(stmt(into.back()).line, previous().end_line);
    end_statement();
  }

  StmtIndex simple() {
    const std::uint32_t line = token().line;
    if (accept_word("return")) return with_optional(add(StmtKind::ret, line));
    if (accept_word("raise")) return with_optional(add(StmtKind::raise, line));
    if (is_word("assert")) {
      advance();
      const ExprIndex condition = test();
      const StmtIndex made = add(StmtKind::assertion, line);
      stmt(made).exprs = {condition};
      if (accept_op(",")) test();  // the message is no part of the program
      return made;
    }
    if (is_word("import") || is_word("from")) return imports();
    if (is_word("break") || is_word("continue")) {
      const StmtIndex made = add(StmtKind::control, line);
      stmt(made).text = token().text;
      advance();
      return made;
    }
    if (is_word("global") || is_word("nonlocal")) {
      advance();
      const StmtIndex made = add(StmtKind::global, line);
      for (; is(TokenKind::name); accept_op(",")) {
        stmt(made).names.push_back(token().text);
        advance();
      }
      return made;
    }
    if (is_word("pass") || is_word("del")) return add(StmtKind::other, line);
    return assignment(line);
  }

  StmtIndex with_optional(StmtIndex made) {
    if (is(TokenKind::newline) || is(TokenKind::end) || is_op(";")) return made;
    const ExprIndex value = expressions();
    stmt(made).exprs = {value};
    return made;
  }

  StmtIndex assignment(std::uint32_t line) {
    std::vector<ExprIndex> exprs{expressions()};
    if (accept_op(":")) {
      exprs.push_back(test());
      if (accept_op("=")) exprs.push_back(expressions());
      return finish(StmtKind::annotated, line, std::move(exprs));
    }
    if (is(TokenKind::op) && (std::ranges::find(kAugmented, token().text) != kAugmented.end() || is_op("<<="))) {
      const std::string_view op = token().text;
      advance();
      exprs.push_back(expressions());
      const StmtIndex made = finish(StmtKind::augmented, line, std::move(exprs));
      stmt(made).text = op.substr(0, op.size() - 1);
      return made;
    }
    while (accept_op("=")) exprs.push_back(expressions());
    const StmtKind kind = exprs.size() == 1 ? StmtKind::expression : StmtKind::assign;
    return finish(kind, line, std::move(exprs));
  }
  StmtIndex finish(StmtKind kind, std::uint32_t line, std::vector<ExprIndex> exprs) {
    const StmtIndex made = add(kind, line);
    stmt(made).exprs = std::move(exprs);
    return made;
  }

  std::string dotted() {
    std::string name;
    while (is(TokenKind::name) || is_op(".") || is_op("...")) {
      if (is_word("import") || is_word("as")) break;
      name += token().text;
      advance();
    }
    return name;
  }
  StmtIndex imports() {
    const StmtIndex made = add(StmtKind::other, token().line);
    const bool is_from = is_word("from");
    advance();
    std::string from;
    if (is_from) {
      from = dotted() + ".";
      accept_word("import");
      accept_op("(");
    }
    while (is(TokenKind::name)) {
      const std::string_view first = token().text;
      const std::string name = from + dotted();
      if (accept_word("as")) {
        module_.imports.emplace_back(token().text, name);
        advance();
      } else {
        // `import a.b` binds `a`.
        module_.imports.emplace_back(first, is_from ? name : std::string(first));
      }
      if (!accept_op(",")) break;
    }
    accept_op(")");
    return made;
  }

  void block(std::vector<StmtIndex>& into) {
    while (!is_op(":") && !is(TokenKind::newline) && !is(TokenKind::end)) advance();
    accept_op(":");
    if (!is(TokenKind::newline)) {  // on the same line
      while (!is(TokenKind::newline) && !is(TokenKind::end)) {
        statement(into);
        if (previous().kind == TokenKind::newline) return;
      }
      return;
    }
    advance();
    if (!is(TokenKind::indent)) return;
    advance();
    while (!is(TokenKind::dedent) && !is(TokenKind::end)) statement(into);
    if (is(TokenKind::dedent)) advance();
  }
  std::uint32_t last_line(const std::vector<StmtIndex>& body, std::uint32_t otherwise) {
    return body.empty() ? otherwise : std::max(otherwise, stmt(body.back()).end_line);
  }

  StmtIndex compound(std::string_view word) {
    const Nesting nesting(*this);
    const std::uint32_t line = token().line;
    advance();
    Stmt made;
    made.line = made.end_line = line;
    if (word == "try") {
      try_block(made);
    } else {
      head(word, made);
      block(made.body);
      made.end_line = last_line(made.body, line);
      if ((word == "if" || word == "elif") && is_word("elif") && depth_ <= kDeepest) {
        made.orelse.push_back(compound("elif"));
      } else if (word != "with" && accept_word("else")) {
        block(made.orelse);
      }
    }
    made.end_line = last_line(made.orelse, made.end_line);
    module_.stmts.push_back(std::move(made));
    return static_cast<StmtIndex>(module_.stmts.size() - 1);
  }

  void head(std::string_view word, Stmt& made) {
    if (word == "if" || word == "elif" || word == "while") {
      made.kind = word == "while" ? StmtKind::while_loop : StmtKind::if_statement;
      made.exprs = {test()};
      return;
    }
    if (word == "for") {
      made.kind = StmtKind::for_loop;
      const ExprIndex targets = target();
      accept_word("in");
      const ExprIndex iterable = expressions();
      made.exprs = {targets, iterable};
      return;
    }
    made.kind = StmtKind::with;
    accept_op("(");
    while (!is_op(":") && !is(TokenKind::newline) && !is(TokenKind::end)) {
      const std::size_t before = at_;
      made.exprs.push_back(test());
      made.exprs.push_back(accept_word("as") ? postfix() : kNothing);
      accept_op(")");
      if (!accept_op(",") && at_ == before) advance();
    }
  }
  void try_block(Stmt& made) {
    made.kind = StmtKind::try_statement;
    block(made.body);
    made.end_line = last_line(made.body, made.line);
    while (is_word("except")) {
      const Token begin = token();
      advance();
      accept_op("*");
      made.exprs.push_back(is_op(":") ? add(ExprKind::unknown, begin) : expressions());
      made.handlers.emplace_back();
      block(made.handlers.back());
      made.end_line = last_line(made.handlers.back(), made.end_line);
    }
    if (accept_word("else")) block(made.orelse);
    if (accept_word("finally")) block(made.orelse);
  }

  /// `match subject:` with an indented block, and not a call or an assignment to something called match.
  bool reads_as_match() const {
    std::size_t at = at_ + 1;
    if (tokens_[at].kind == TokenKind::op && tokens_[at].text != "(" && tokens_[at].text != "[") return false;
    while (tokens_[at].kind != TokenKind::newline && tokens_[at].kind != TokenKind::end) ++at;
    return tokens_[at - 1].text == ":" && at + 1 < tokens_.size() && tokens_[at + 1].kind == TokenKind::indent;
  }
  /// Each case becomes an `if` on the subject.
  void match(std::vector<StmtIndex>& into) {
    const std::uint32_t line = token().line;
    advance();
    const ExprIndex subject = expressions();
    accept_op(":");
    if (is(TokenKind::newline)) advance();
    if (is(TokenKind::indent)) advance();
    Stmt made;
    made.kind = StmtKind::if_statement;
    made.line = line;
    made.exprs = {subject};
    std::vector<StmtIndex>* arm = &made.body;
    while (!is(TokenKind::dedent) && !is(TokenKind::end)) {
      while (!is_op(":") && !is(TokenKind::newline) && !is(TokenKind::end)) advance();
      block(*arm);
      made.end_line = last_line(*arm, made.end_line);
      arm = &made.orelse;
    }
    if (is(TokenKind::dedent)) advance();
    module_.stmts.push_back(std::move(made));
    into.push_back(static_cast<StmtIndex>(module_.stmts.size() - 1));
  }

  StmtIndex definition() {
    std::vector<ExprIndex> decorators;
    while (accept_op("@")) {
      decorators.push_back(test());
      end_statement();
    }
    accept_word("async");
    if (is_word("class")) return class_definition();
    if (!is_word("def")) return add(StmtKind::other, token().line);
    return function_definition(std::move(decorators));
  }

  StmtIndex function_definition(std::vector<ExprIndex> decorators) {
    const auto index = static_cast<std::uint32_t>(module_.functions.size());
    const std::uint32_t line = token().line;
    advance();
    module_.functions.emplace_back();
    Function made;
    made.line = made.end_line = line;
    made.name = token().text;
    made.in_class = class_;
    made.in_function = function_;
    made.decorators = std::move(decorators);
    advance();
    parameters(made.parameters);
    const std::uint32_t outer_class = std::exchange(class_, kNothing);
    const std::uint32_t outer = std::exchange(function_, index);
    block(made.body);
    class_ = outer_class;
    function_ = outer;
    if (class_ != kNothing) module_.classes[class_].methods.push_back(index);
    made.end_line = last_line(made.body, line);
    const std::uint32_t end = made.end_line;
    module_.functions[index] = std::move(made);
    const StmtIndex result = add(StmtKind::def, line);
    stmt(result).index = index;
    stmt(result).end_line = end;
    return result;
  }

  void parameters(std::vector<Parameter>& into) {
    if (!accept_op("(")) return;
    in_brackets([&] {
      while (!is_op(")") && !is(TokenKind::newline) && !is(TokenKind::end)) {
        const std::size_t before = at_;
        Parameter parameter;
        if (is_op("*") || is_op("**")) {
          parameter.stars = token().text;
          advance();
        }
        if (is(TokenKind::name)) {
          parameter.name = token().text;
          advance();
          if (accept_op(":")) parameter.annotation = test();
          if (accept_op("=")) parameter.value = test();
          into.push_back(parameter);
        }
        if (!accept_op(",") && at_ == before) advance();
      }
      return 0;
    });
    accept_op(")");
  }

  StmtIndex class_definition() {
    const auto index = static_cast<std::uint32_t>(module_.classes.size());
    const std::uint32_t line = token().line;
    advance();
    Class made;
    made.name = token().text;
    advance();
    module_.classes.push_back(std::move(made));
    if (accept_op("(")) {
      std::vector<ExprIndex> bases;
      in_brackets([&] {
        while (!is_op(")") && !is(TokenKind::newline) && !is(TokenKind::end)) {
          const std::size_t before = at_;
          const ExprIndex base = starred_or_test();
          if (!accept_op("=")) bases.push_back(base);
          accept_op(",");
          if (at_ == before) advance();
        }
        return 0;
      });
      accept_op(")");
      module_.classes[index].bases = std::move(bases);
    }
    const std::uint32_t outer_class = std::exchange(class_, index);
    const std::uint32_t outer = std::exchange(function_, kNothing);
    std::vector<StmtIndex> body;
    block(body);
    class_ = outer_class;
    function_ = outer;
    const StmtIndex result = add(StmtKind::class_def, line);
    stmt(result).index = index;
    stmt(result).end_line = last_line(body, line);
    stmt(result).body = std::move(body);
    return result;
  }

  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  std::uint32_t depth_ = 0;
  bool no_in_ = false;  ///< in the targets of a `for`
  std::uint32_t class_ = kNothing;
  std::uint32_t function_ = kNothing;
  Module module_;
};

}  // namespace

Module parse(std::string_view text, std::uint32_t first_line) { return Parser(text, first_line).run(); }

std::uint32_t Module::function_at(std::uint32_t line) const {
  std::uint32_t found = kNothing;
  for (std::uint32_t i = 0; i < functions.size(); ++i) {
    if (functions[i].line > line || functions[i].end_line < line) continue;
    if (found == kNothing || functions[i].line >= functions[found].line) found = i;
  }
  return found;
}

}  // namespace graphwitness::python
