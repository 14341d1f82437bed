#include <algorithm>

#include "python/flow.h"
#include "python/wording.h"

namespace graphwitness::python {

using Form = Value::Form;

void Flow::report(Frame& frame, const Expr& at, std::string_view rule, Weight weight, const Value& value,
                  std::string message, std::string keeps, std::string loses, std::string fix) {
  if (quiet_ > 0 || !known_.emplace(rule, at.line, at.column).second) return;
  Loss loss;
  loss.rule = rule;
  loss.weight = weight;
  loss.label = strongest(value.labels);
  loss.function = frame.function;
  loss.line = at.line;
  loss.column = at.column;
  loss.end_column = at.end_line == at.line ? at.end_column : 0;
  loss.message = std::move(message);
  loss.keeps = std::move(keeps);
  loss.loses = std::move(loses);
  loss.fix = std::move(fix);
  if (!value.root.empty()) loss.roots.emplace_back(value.root);
  losses_.push_back(std::move(loss));
}

/// A write that PyTorch does, but the trace does not see.
void Flow::report_write(Frame& frame, const Expr& at, const Value& target) {
  std::string_view rule = "aliased-write";
  if (target.is_parameter) rule = "mutated-input";
  if (target.is_state) rule = "mutated-state";
  const bool is_named = (target.is_parameter || target.is_state) && !target.root.empty();
  const std::string name = is_named ? "`" + std::string(target.root) + "`" : "a tensor";
  report(frame, at, rule, Weight::error, target,
         "memory of " + name + " is written behind the trace's back; the write is not recorded",
         "the values from before the write", "the write, in every later call",
         "write to the tensor itself, under `torch.no_grad()` where needed: `t.copy_(...)`, `t.add_(...)`");
}

/// A test decides which items of a list are kept.
void Flow::report_kept(Frame& frame, const Expr& at, const Value& test) {
  report(frame, at, branch_rule(strongest(test.labels)), weight_of(test.labels), test,
         cause(test) + " decides which items are kept; the trace kept those of the example", "the items of the example",
         "every other choice", "a mask on the whole tensor, or `@torch.jit.script` on this function");
}

std::string Flow::lines_of(const std::vector<StmtIndex>& body) const {
  const std::uint32_t first = stmt(body.front()).line;
  const std::uint32_t last = stmt(body.back()).end_line;
  return first == last ? "line " + std::to_string(first)
                       : "lines " + std::to_string(first) + " to " + std::to_string(last);
}

bool Flow::is_touched(const Frame& frame, const std::vector<StmtIndex>& body) const {
  if (frame.lines == nullptr || body.empty()) return false;
  const auto first = frame.lines->lower_bound(stmt(body.front()).line);
  return first != frame.lines->end() && *first <= stmt(body.back()).end_line;
}

bool Flow::only_raises(const std::vector<StmtIndex>& body) const {
  return !body.empty() && stmt(body.back()).kind == StmtKind::raise && std::ranges::all_of(body, [&](StmtIndex index) {
    const StmtKind kind = stmt(index).kind;
    return kind == StmtKind::raise || kind == StmtKind::assign || kind == StmtKind::expression;
  });
}

/// Does anything but talk.
bool Flow::matters(const std::vector<StmtIndex>& body) const {
  return std::ranges::any_of(body, [&](StmtIndex index) {
    const Stmt& one = stmt(index);
    if (one.kind == StmtKind::other) return false;
    if (one.kind != StmtKind::expression) return true;
    const Expr& expression = expr(one.exprs[0]);
    if (expression.kind == ExprKind::string || expression.kind == ExprKind::constant) return false;
    if (expression.kind != ExprKind::call) return true;
    const Expr& callee_expr = expr(expression.children[0]);
    if (callee(scope_.full_name(expression.children[0])) == Callee::quiet || callee_expr.text == "print") return false;
    constexpr std::string_view kTalk[] = {"debug", "info", "warning", "warn", "error", "warning_once"};
    return std::ranges::find(kTalk, callee_expr.text) == std::end(kTalk);
  });
}

bool Flow::ends(const std::vector<StmtIndex>& body) const {
  if (body.empty()) return false;
  const StmtKind kind = stmt(body.back()).kind;
  return kind == StmtKind::ret || kind == StmtKind::raise || kind == StmtKind::control;
}

}  // namespace graphwitness::python
