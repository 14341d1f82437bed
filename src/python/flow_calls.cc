#include <algorithm>

#include "python/flow.h"
#include "python/wording.h"

namespace graphwitness::python {

using Form = Value::Form;

namespace {

constexpr std::size_t kDeepestCall = 6;

}  // namespace

std::string_view Flow::root_of(const Expr& at) const {
  const Expr* base = &at;
  while (base->kind == ExprKind::attribute) base = &expr(base->children[0]);
  return base->kind == ExprKind::name ? base->text : std::string_view();
}

/// A name, or attributes of a name, that is no variable of a function.
bool Flow::is_global(const Frame& frame, const Expr& at) const {
  const std::string_view root = root_of(at);
  if (root.empty()) return false;
  for (const Frame* scope = &frame; scope != nullptr; scope = scope->outer) {
    if (scope->variables.contains(root)) return false;
  }
  return true;
}

Value Flow::call(Frame& frame, const Expr& at) {
  const Expr& called = expr(at.children[0]);
  if (is_global(frame, called)) {
    const std::string name = scope_.full_name(at.children[0]);
    const Callee kind = callee(name);
    if (kind != Callee::unknown) return call_known(frame, at, name, kind);
    if (called.kind == ExprKind::name && scope_.function(called.text) == kNothing) {
      bool is_builtin = true;
      Value value = call_builtin(frame, at, called.text, is_builtin);
      if (is_builtin) return value;
    }
  }
  if (called.kind == ExprKind::attribute) {
    const Value base = evaluate(frame, called.children[0]);
    if (base.form != Form::callable) return call_method(frame, at, base, called.text);
  }
  const Value target = evaluate(frame, at.children[0]);
  if (target.form == Form::callable && target.function != kNothing) {
    const bool is_nested = scope_.module().functions[target.function].in_function != kNothing;
    return call_function(frame, at, target.function, is_nested ? &frame : nullptr);
  }
  const std::vector<Argument> given = arguments(frame, at);
  if (target.form == Form::callable && target.lambda != kNothing) {
    std::vector<Value> values;
    values.reserve(given.size());
    for (const Argument& argument : given) values.push_back(argument.value);
    return call_lambda(frame, target.lambda, values);
  }
  // A module out of a list of modules gives tensors; of anything else nothing is known.
  return result_of(given, target.form == Form::attribute ? Form::tensor : Form::opaque);
}

Value Flow::call_lambda(Frame& frame, ExprIndex lambda, const std::vector<Value>& values) {
  if (stack_.size() >= kDeepestCall) return {};
  const Expr& at = expr(lambda);
  Frame inner;
  inner.function = frame.function;
  inner.self = frame.self;
  inner.outer = &frame;
  for (std::size_t i = 0; i < at.names.size(); ++i)
    inner.variables[at.names[i]] = i < values.size() ? values[i] : Value{};
  stack_.push_back(kNothing);
  Value result = evaluate(inner, at.children[0]);
  stack_.pop_back();
  return result;
}

Value Flow::call_function(Frame& frame, const Expr& at, std::uint32_t index, const Frame* outer) {
  const std::vector<Argument> given = arguments(frame, at);
  const Function& function = scope_.module().functions[index];
  if (scope_.is_scripted(index)) {
    // Kept with its control flow; numbers go in as they are.
    for (const Argument& argument : given) {
      if (argument.value.form == Form::size) {
        convert(frame, expr(argument.expr), "a number that `" + std::string(function.name) + "` is called with",
                argument.value);
      }
      if (argument.value.form != Form::plain || (argument.value.labels & kMetadata) == 0) continue;
      look_at_arguments(frame, {argument});
    }
    return result_of(given, Form::tensor);
  }
  if (std::ranges::find(stack_, index) != stack_.end() || stack_.size() >= kDeepestCall) {
    const bool any_tensor = std::ranges::any_of(given, [](const Argument& a) { return a.value.form == Form::tensor; });
    return result_of(given, any_tensor ? Form::tensor : Form::opaque);
  }
  Frame inner;
  inner.function = index;
  inner.outer = outer;
  inner.self = scope_.self_name(index);
  const auto visit = visits_.find(index);
  if (visit != visits_.end()) inner.lines = &visit->second->lines;
  std::size_t position = 0;
  for (const Parameter& declared : function.parameters) {
    if (!inner.self.empty() && declared.name == inner.self) {
      inner.variables[declared.name] = made(Form::self, 0, declared.name);
      continue;
    }
    const Argument* found = nullptr;
    if (position < given.size() && given[position].name.empty() && declared.stars.empty()) found = &given[position];
    for (const Argument& argument : given) {
      if (argument.name == declared.name) found = &argument;
    }
    ++position;
    if (!declared.stars.empty()) {
      inner.variables[declared.name] = made(Form::opaque, 0, declared.name);
    } else {
      inner.variables[declared.name] = found != nullptr ? found->value : plain(0, declared.name);
    }
    Value& held = inner.variables[declared.name];
    if (held.root.empty()) held.root = declared.name;
  }
  stack_.push_back(index);
  run(inner, function.body);
  stack_.pop_back();
  return inner.has_result ? inner.result : Value{};
}

}  // namespace graphwitness::python
