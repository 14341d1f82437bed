#pragma once
/// Python source as a tree: what is needed to follow values through a function, not all that Python knows.
///
/// Reading never fails and never executes: a statement that is not understood becomes `other`, an expression `unknown`.
/// Limits: nesting deeper than 100 is not read; patterns of `match` are passed over (the bodies of its cases are read).

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "python/tokens.h"

namespace graphwitness::python {

using ExprIndex = std::uint32_t;
using StmtIndex = std::uint32_t;
inline constexpr std::uint32_t kNothing = 0xFFFF'FFFF;

enum class ExprKind : std::uint8_t {
  unknown,
  name,         ///< text
  number,       ///< text
  string,       ///< text as written, prefix and quotes included
  formatted,    ///< f-string; children: the expressions in it
  constant,     ///< None, True, False, ...
  attribute,    ///< children[0].text
  call,         ///< children[0](children[1], names[0]=children[2], ...); a name is "" for a positional argument
  subscript,    ///< children[0][children[1]]
  slice,        ///< children: those of lower:upper:step that are there
  unary,        ///< text children[0]
  binary,       ///< children[0] text children[1]
  compare,      ///< children[0] names[0] children[1] names[1] children[2] ...
  boolean,      ///< children joined by text: and, or
  conditional,  ///< children[0] if children[1] else children[2]
  tuple,
  list,
  set,
  dict,           ///< key, value, key, value, ...; kNothing as key: **value
  lambda,         ///< names: parameters; children[0]: the body
  comprehension,  ///< children[0]: what is made (of a dict: the value); then target, iterable and conditions by turns
  starred,        ///< *children[0] or **children[0]
  walrus,         ///< text := children[0]
  await           ///< await, yield, yield from children[0]
};

struct Expr {
  ExprKind kind = ExprKind::unknown;
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  std::uint32_t end_line = 0;
  std::uint32_t end_column = 0;
  std::string_view text{};
  std::vector<ExprIndex> children{};
  std::vector<std::string_view> names{};
};

enum class StmtKind : std::uint8_t {
  other,         ///< pass, del, import inside a function, what is not understood
  expression,    ///< exprs[0]
  assign,        ///< exprs: targets, then the value last
  augmented,     ///< exprs[0] text exprs[1]
  annotated,     ///< exprs[0]: target, exprs[1]: annotation, exprs[2]: value, may be missing
  ret,           ///< exprs[0] may be missing
  if_statement,  ///< exprs[0]; body, orelse
  while_loop,    ///< exprs[0]; body, orelse
  for_loop,      ///< exprs[0]: target, exprs[1]: iterable; body, orelse
  assertion,     ///< exprs[0]
  raise,
  try_statement,  ///< body, orelse (else and finally), handlers; exprs: what handlers catch, `unknown`: all
  with,           ///< exprs: items and their targets by turns (kNothing: no target); body
  def,            ///< index into functions
  class_def,      ///< index into classes
  global,         ///< names
  control         ///< break, continue
};

struct Stmt {
  StmtKind kind = StmtKind::other;
  std::uint32_t line = 0;
  std::uint32_t end_line = 0;
  std::string_view text{};  ///< operator of `augmented`; "break", "continue"
  std::uint32_t index = kNothing;
  std::vector<ExprIndex> exprs{};
  std::vector<std::string_view> names{};
  std::vector<StmtIndex> body{};
  std::vector<StmtIndex> orelse{};
  std::vector<std::vector<StmtIndex>> handlers{};
};

struct Parameter {
  std::string_view name;
  ExprIndex annotation = kNothing;
  ExprIndex value = kNothing;  ///< the default
  std::string_view stars{};    ///< "*", "**" or ""
};

struct Function {
  std::string_view name;
  std::uint32_t line = 0;      ///< of `def`
  std::uint32_t end_line = 0;  ///< of its last statement
  std::uint32_t in_class = kNothing;
  std::uint32_t in_function = kNothing;
  std::vector<Parameter> parameters{};
  std::vector<ExprIndex> decorators{};
  std::vector<StmtIndex> body{};
};

struct Class {
  std::string_view name;
  std::vector<ExprIndex> bases{};
  std::vector<std::uint32_t> methods{};  ///< functions
};

/// One source file. Views point into the text, which must live as long.
struct Module {
  std::vector<Expr> exprs;
  std::vector<Stmt> stmts;
  std::vector<Function> functions;
  std::vector<Class> classes;
  std::vector<StmtIndex> body;
  /// What `import` binds: {"F", "torch.nn.functional"}.
  std::vector<std::pair<std::string_view, std::string>> imports;

  /// The innermost function whose lines, decorators not included, hold this one; kNothing: none.
  std::uint32_t function_at(std::uint32_t line) const;
};

Module parse(std::string_view text, std::uint32_t first_line = 1);

}  // namespace graphwitness::python
