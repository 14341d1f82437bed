#include "python/globals.h"

#include <algorithm>
#include <iterator>

#include "python/vocabulary.h"

namespace graphwitness::python {
namespace {

/// How many of a statement's expressions, which stand first, are assigned to.
std::size_t targets_of(const Stmt& stmt) {
  if (stmt.kind == StmtKind::assign) return stmt.exprs.size() - 1;
  return stmt.kind == StmtKind::augmented || stmt.kind == StmtKind::annotated ? 1 : 0;
}

/// Names that statements at the top of a file assign, unless a function of PyTorch or NumPy makes what they are given:
/// a tensor, which the trace captures, and the graph shows it.
class GlobalVariables {
 public:
  explicit GlobalVariables(const Module& module);
  const std::set<std::string_view>& names() const { return names_; }

 private:
  void collect(const std::vector<StmtIndex>& body);
  bool is_tensor(ExprIndex value) const;

  const Module& module_;
  std::set<std::string_view> names_;
};

/// Names that functions, methods and lambdas change, though they are none of their own variables: `global n`,
/// `CONFIG['n'] = 1`, `CONFIG.update(n=1)`.
class ChangedNames {
 public:
  explicit ChangedNames(const Module& module);
  const std::set<std::string_view>& names() const { return names_; }

 private:
  using Names = std::set<std::string_view>;
  void collect(const std::vector<StmtIndex>& body, const Names& locals);
  void collect(ExprIndex expr, const Names& locals);
  void find_locals(const std::vector<StmtIndex>& body, Names& into) const;
  /// The variable that holds what an attribute or subscript belongs to.
  void change_owner(ExprIndex target, const Names& locals);

  const Module& module_;
  Names names_;
};

GlobalVariables::GlobalVariables(const Module& module) : module_(module) { collect(module.body); }

void GlobalVariables::collect(const std::vector<StmtIndex>& body) {
  for (StmtIndex index : body) {
    const Stmt& stmt = module_.stmts[index];
    if (stmt.kind == StmtKind::class_def) names_.insert(module_.classes[stmt.index].name);  // Net.calls += 1
    if (stmt.kind == StmtKind::def || stmt.kind == StmtKind::class_def) continue;
    for (std::size_t i = 0; i < targets_of(stmt); ++i) {
      const Expr& target = module_.exprs[stmt.exprs[i]];
      if (target.kind == ExprKind::name && !is_tensor(stmt.exprs.back())) names_.insert(target.text);
    }
    collect(stmt.body);
    collect(stmt.orelse);
    for (const auto& handler : stmt.handlers) collect(handler);
  }
}

bool GlobalVariables::is_tensor(ExprIndex value) const {
  const Expr* maker = &module_.exprs[value];
  if (maker->kind != ExprKind::call) return false;
  while (maker->kind == ExprKind::call || maker->kind == ExprKind::attribute)
    maker = &module_.exprs[maker->children[0]];
  return std::ranges::any_of(module_.imports, [&](const auto& import) {
    return import.first == maker->text && (import.second.starts_with("torch") || import.second.starts_with("numpy"));
  });
}

ChangedNames::ChangedNames(const Module& module) : module_(module) {
  for (const Function& function : module.functions) {
    Names locals;
    for (const Parameter& parameter : function.parameters) locals.insert(parameter.name);
    find_locals(function.body, locals);
    collect(function.body, locals);
  }
  // Those of functions are seen twice, which does no harm.
  for (const Expr& lambda : module.exprs) {
    if (lambda.kind == ExprKind::lambda) collect(lambda.children[0], {lambda.names.begin(), lambda.names.end()});
  }
}

void ChangedNames::find_locals(const std::vector<StmtIndex>& body, Names& into) const {
  for (StmtIndex index : body) {
    const Stmt& stmt = module_.stmts[index];
    const std::size_t targets = stmt.kind == StmtKind::for_loop ? 1 : targets_of(stmt);
    for (std::size_t i = 0; i < targets; ++i) {
      const Expr& target = module_.exprs[stmt.exprs[i]];
      if (target.kind == ExprKind::name) into.insert(target.text);
    }
    find_locals(stmt.body, into);
    find_locals(stmt.orelse, into);
    for (const auto& handler : stmt.handlers) find_locals(handler, into);
  }
}

void ChangedNames::collect(const std::vector<StmtIndex>& body, const Names& locals) {
  for (StmtIndex index : body) {
    const Stmt& stmt = module_.stmts[index];
    if (stmt.kind == StmtKind::global) names_.insert(stmt.names.begin(), stmt.names.end());
    for (std::size_t i = 0; i < targets_of(stmt); ++i) {
      if (module_.exprs[stmt.exprs[i]].kind != ExprKind::name) change_owner(stmt.exprs[i], locals);
    }
    for (ExprIndex expr : stmt.exprs) {
      if (expr != kNothing) collect(expr, locals);
    }
    collect(stmt.body, locals);
    collect(stmt.orelse, locals);
    for (const auto& handler : stmt.handlers) collect(handler, locals);
  }
}

void ChangedNames::collect(ExprIndex index, const Names& locals) {
  const Expr& expr = module_.exprs[index];
  if (expr.kind == ExprKind::call) {
    const Expr& called = module_.exprs[expr.children[0]];
    const bool is_setter = called.text == "__setitem__" || called.text == "__setattr__";
    if (called.kind == ExprKind::attribute && (changes_container(called.text) || is_setter))
      change_owner(called.children[0], locals);
    if (called.kind == ExprKind::name && called.text == "setattr" && expr.children.size() > 1)
      change_owner(expr.children[1], locals);
  }
  for (ExprIndex child : expr.children) {
    if (child != kNothing) collect(child, locals);
  }
}

void ChangedNames::change_owner(ExprIndex target, const Names& locals) {
  const Expr* owner = &module_.exprs[target];
  while (owner->kind == ExprKind::attribute || owner->kind == ExprKind::subscript)
    owner = &module_.exprs[owner->children[0]];
  if (owner->kind == ExprKind::name && !locals.contains(owner->text)) names_.insert(owner->text);
}

}  // namespace

std::set<std::string_view> changed_globals(const Module& module) {
  const GlobalVariables globals(module);
  const ChangedNames changed(module);
  std::set<std::string_view> both;
  std::ranges::set_intersection(globals.names(), changed.names(), std::inserter(both, both.end()));
  return both;
}

}  // namespace graphwitness::python
