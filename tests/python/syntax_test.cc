#include "python/syntax.h"

#include <doctest/doctest.h>

#include <string>

namespace graphwitness::python {
namespace {

/// The value of `_ = TEXT` with all its brackets.
std::string spelled(const Module& module, ExprIndex index) {
  if (index == kNothing) return "-";
  const Expr& expr = module.exprs[index];
  std::string inner;
  for (std::size_t i = 0; i < expr.children.size(); ++i) {
    if (i > 0) inner += ' ';
    if (expr.kind == ExprKind::compare && i > 0) inner += std::string(expr.names[i - 1]) + ' ';
    if (expr.kind == ExprKind::call && i > 0 && !expr.names[i - 1].empty())
      inner += std::string(expr.names[i - 1]) + '=';
    inner += spelled(module, expr.children[i]);
  }
  switch (expr.kind) {
    case ExprKind::name:
    case ExprKind::number:
    case ExprKind::string:
    case ExprKind::constant:
      return std::string(expr.text);
    case ExprKind::attribute:
      return inner + '.' + std::string(expr.text);
    case ExprKind::unknown:
      return "?";
    case ExprKind::call:
      return "(call " + inner + ')';
    case ExprKind::subscript:
      return "(item " + inner + ')';
    case ExprKind::slice:
      return "(slice " + inner + ')';
    case ExprKind::formatted:
      return "(f " + inner + ')';
    case ExprKind::conditional:
      return "(if " + inner + ')';
    case ExprKind::tuple:
      return "(tuple " + inner + ')';
    case ExprKind::list:
      return "(list " + inner + ')';
    case ExprKind::set:
      return "(set " + inner + ')';
    case ExprKind::dict:
      return "(dict " + inner + ')';
    case ExprKind::lambda:
      return "(lambda " + inner + ')';
    case ExprKind::comprehension:
      return "(for " + inner + ')';
    case ExprKind::starred:
      return "(* " + inner + ')';
    case ExprKind::walrus:
      return "(:= " + inner + ')';
    case ExprKind::await:
      return "(await " + inner + ')';
    case ExprKind::compare:
      return '(' + inner + ')';
    case ExprKind::unary:
    case ExprKind::binary:
    case ExprKind::boolean:
      return '(' + std::string(expr.text) + ' ' + inner + ')';
  }
  return {};
}

std::string value_of(const std::string& text) {
  const std::string line = "_ = " + text + "\n";
  const Module module = parse(line);
  REQUIRE(module.body.size() == 1);
  return spelled(module, module.stmts[module.body[0]].exprs.back());
}

TEST_CASE("operators bind as in Python") {
  CHECK(value_of("a + b * c ** -d") == "(+ a (* b (** c (- d))))");
  CHECK(value_of("not a == b and c or d") == "(or (and (not (a == b)) c) d)");
  CHECK(value_of("a < b <= c") == "(a < b <= c)");
  CHECK(value_of("a not in b is not None") == "(a not in b is not None)");
  CHECK(value_of("a if b > 0 else c") == "(if a (b > 0) c)");
  CHECK(value_of("-x.y[0](z)") == "(- (call (item x.y 0) z))");
}

TEST_CASE("calls, subscripts, displays and comprehensions") {
  CHECK(value_of("f(a, *b, k=c, **d)") == "(call f a (* b) k=c (* d))");
  CHECK(value_of("x[:, 1:n, ..., None]") == "(item x (tuple (slice ) (slice 1 n) ... None))");
  CHECK(value_of("[i * 2 for i in range(n) if i in s]") == "(for (* i 2) i (call range n) (i in s))");
  CHECK(value_of("{k: v for k, v in d.items()}") == "(for v (tuple k v) (call d.items) -)");
  CHECK(value_of("sum(t for t in x)") == "(call sum (for t t x -))");
  CHECK(value_of("{'a': 1, **b}") == "(dict 'a' 1 - b)");
  CHECK(value_of("sorted(x, key=lambda i, j=2: float(i))") == "(call sorted x key=(lambda (call float i)))");
  CHECK(value_of("f'{x.max():.3f} {{y}} {z!r}'") == "(f (call x.max) z)");
}

TEST_CASE("statements and their lines") {
  const Module module = parse(
      "class A(nn.Module):\n"
      "    def forward(self, x, *, n: int = 3):\n"
      "        if x: return 1\n"
      "        elif y:\n"
      "            pass\n"
      "        else:\n"
      "            z = f(\n"
      "                1)\n"
      "    async def other(self): pass\n"
      "def last(): pass\n");
  REQUIRE(module.functions.size() == 3);
  CHECK(module.functions[0].name == "forward");
  CHECK(module.functions[0].end_line == 8);
  CHECK(module.functions[0].parameters.size() == 3);
  CHECK(module.classes[0].methods.size() == 2);
  CHECK(module.function_at(5) == 0);
  CHECK(module.function_at(9) == 1);
  CHECK(module.function_at(10) == 2);
  CHECK(module.function_at(1) == kNothing);
}

TEST_CASE("what cannot be read does no harm") {
  const std::string deep = "x = " + std::string(100'000, '(') + "\n" + "y = " + std::string(100'000, '-') + "z\n";
  CHECK_NOTHROW(parse(deep));
  std::string blocks;
  for (int i = 0; i < 2000; ++i) blocks += std::string(static_cast<std::size_t>(i), ' ') + "if a:\n";
  CHECK_NOTHROW(parse(blocks));
  for (const char* text : {"def", "def f(", "class", "x[", "f(a for", "lambda", "@", "from", "match x:\n  case", "a.",
                           "\xff\xfe", "f'{'"}) {
    CHECK_NOTHROW(parse(text));
  }
}

}  // namespace
}  // namespace graphwitness::python
