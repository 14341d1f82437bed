#include "python/scope.h"

#include "python/globals.h"

namespace graphwitness::python {

Scope::Scope(const Module& module)
    : module_(module), attributes_(module.classes.size()), changed_(changed_globals(module)) {
  for (const auto& [name, full] : module.imports) imports_.emplace(name, full);
  for (std::uint32_t i = 0; i < module.functions.size(); ++i) {
    const Function& function = module.functions[i];
    if (function.in_class == kNothing && function.in_function == kNothing) functions_[function.name] = i;
    if (function.in_class == kNothing || function.name == "__init__") continue;
    collect(function.body, self_name(i), attributes_[function.in_class]);
  }
  for (std::uint32_t i = 0; i < module.classes.size(); ++i) classes_[module.classes[i].name] = i;
}

std::string_view Scope::self_name(std::uint32_t function) const {
  const Function& callee = module_.functions[function];
  // Of a file that is given in part, the class may be missing.
  const bool is_method =
      callee.in_class != kNothing || (!callee.parameters.empty() && callee.parameters.front().name == "self");
  if (!is_method || callee.parameters.empty() || has_decorator(function, "staticmethod")) return {};
  return callee.parameters.front().name;
}

void Scope::collect(const std::vector<StmtIndex>& body, std::string_view self, Attributes& into) const {
  if (self.empty()) return;
  for (StmtIndex index : body) {
    const Stmt& stmt = module_.stmts[index];
    const bool assigns =
        stmt.kind == StmtKind::assign || stmt.kind == StmtKind::augmented || stmt.kind == StmtKind::annotated;
    for (std::size_t i = 0; i < stmt.exprs.size(); ++i) {
      if (stmt.exprs[i] == kNothing) continue;
      const Expr& expr = module_.exprs[stmt.exprs[i]];
      const bool is_target = assigns && (stmt.kind == StmtKind::assign ? i + 1 < stmt.exprs.size() : i == 0);
      const bool is_self = expr.kind == ExprKind::attribute && module_.exprs[expr.children[0]].kind == ExprKind::name &&
                           module_.exprs[expr.children[0]].text == self;
      if (is_target && is_self) {
        into.assigned.insert(expr.text);
        if (stmt.kind == StmtKind::augmented) into.read.insert(expr.text);
        continue;
      }
      collect(stmt.exprs[i], self, into);
    }
    collect(stmt.body, self, into);
    collect(stmt.orelse, self, into);
    for (const auto& handler : stmt.handlers) collect(handler, self, into);
  }
}

void Scope::collect(ExprIndex index, std::string_view self, Attributes& into) const {
  const Expr& expr = module_.exprs[index];
  if (expr.kind == ExprKind::attribute) {
    const Expr& base = module_.exprs[expr.children[0]];
    if (base.kind == ExprKind::name && base.text == self) into.read.insert(expr.text);
  }
  for (ExprIndex child : expr.children) {
    if (child != kNothing) collect(child, self, into);
  }
}

std::string Scope::full_name(ExprIndex index) const {
  std::string tail;
  const Expr* expr = &module_.exprs[index];
  for (; expr->kind == ExprKind::attribute; expr = &module_.exprs[expr->children[0]]) {
    tail.insert(0, expr->text).insert(0, 1, '.');
  }
  if (expr->kind != ExprKind::name) return {};
  const auto found = imports_.find(expr->text);
  if (found != imports_.end()) return std::string(found->second) + tail;
  // A file given in part carries no imports: the usual names stand for the usual things.
  for (const auto& [name, full] : {std::pair<std::string_view, std::string_view>{"torch", "torch"},
                                   {"F", "torch.nn.functional"},
                                   {"nn", "torch.nn"},
                                   {"np", "numpy"},
                                   {"math", "math"},
                                   {"copy", "copy"},
                                   {"random", "random"},
                                   {"print", "print"},
                                   {"warnings", "warnings"},
                                   {"logging", "logging"}}) {
    if (expr->text == name && (module_.imports.empty() || name == "print")) return std::string(full) + tail;
  }
  return {};
}

std::uint32_t Scope::function(std::string_view name) const {
  const auto found = functions_.find(name);
  return found == functions_.end() ? kNothing : found->second;
}

template <class Found>
void Scope::for_bases(std::uint32_t in_class, Found&& found) const {
  constexpr int kLongestChain = 16;
  for (int i = 0; i < kLongestChain && in_class != kNothing; ++i) {
    if (found(in_class)) return;
    std::uint32_t next = kNothing;
    for (ExprIndex base : module_.classes[in_class].bases) {
      const auto known = classes_.find(module_.exprs[base].text);
      if (next == kNothing && known != classes_.end() && known->second != in_class) next = known->second;
    }
    in_class = next;
  }
}

std::uint32_t Scope::method(std::uint32_t in_class, std::string_view name) const {
  std::uint32_t result = kNothing;
  for_bases(in_class, [&](std::uint32_t at) {
    for (std::uint32_t method : module_.classes[at].methods) {
      if (module_.functions[method].name == name) result = method;
    }
    return result != kNothing;
  });
  return result;
}

bool Scope::has_decorator(std::uint32_t function, std::string_view text) const {
  for (ExprIndex decorator : module_.functions[function].decorators) {
    const Expr* expr = &module_.exprs[decorator];
    if (expr->kind == ExprKind::call) expr = &module_.exprs[expr->children[0]];
    if (expr->text == text) return true;
  }
  return false;
}

bool Scope::is_scripted(std::uint32_t function) const {
  return has_decorator(function, "script") || has_decorator(function, "script_if_tracing") ||
         has_decorator(function, "export");
}

bool Scope::is_property(std::uint32_t function) const { return has_decorator(function, "property"); }

bool Scope::is_assigned(std::uint32_t in_class, std::string_view attribute) const {
  bool result = false;
  for_bases(in_class, [&](std::uint32_t at) { return result = attributes_[at].assigned.contains(attribute); });
  return result;
}

bool Scope::is_read(std::uint32_t in_class, std::string_view attribute) const {
  bool result = false;
  for_bases(in_class, [&](std::uint32_t at) { return result = attributes_[at].read.contains(attribute); });
  return result;
}

}  // namespace graphwitness::python
