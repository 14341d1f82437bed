#include <algorithm>
#include <array>

#include "python/flow.h"
#include "python/wording.h"

namespace graphwitness::python {

using Form = Value::Form;

namespace {

constexpr std::uint32_t kMostSteps = 200'000;

std::string fix_for_branch(Label label) {
  switch (label) {
    case Label::data:
      return "`torch.where(condition, a, b)` where both arms have one shape, or `@torch.jit.script` on this function";
    case Label::training:
      return "call `.eval()` before tracing, and trace again for training";
    case Label::tracing:
      return "let traced and eager code take the same way";
    case Label::exporting:
      return "let exported and eager code take the same way, or compare both with `compare`";
    case Label::state:
      return "pass the state in and out as arguments and results";
    case Label::dtype:
    case Label::device:
      return "trace with the dtype and on the device of production, or `@torch.jit.script` on this function";
    default:
      return "`@torch.jit.script` on this function, or assert outside of the model that every input takes this way";
  }
}

}  // namespace

Flow::Flow(const Scope& scope, const std::vector<Visit>& visits) : scope_(scope) {
  for (const Visit& visit : visits) visits_[visit.function] = &visit;
}

bool Flow::annotated(ExprIndex annotation, std::string_view word) const {
  if (annotation == kNothing) return false;
  const Expr& declared = expr(annotation);
  if (declared.text == word ||
      (declared.kind == ExprKind::string && declared.text.find(word) != std::string_view::npos))
    return true;
  return std::ranges::any_of(declared.children,
                             [&](ExprIndex child) { return child != kNothing && annotated(child, word); });
}

bool Flow::is_used_as_tensor(const Function& function, std::string_view name) const {
  // Expressions of a file are in order of their ends, so those of a function are found by their lines.
  return std::ranges::any_of(scope_.module().exprs, [&](const Expr& use) {
    if (use.line < function.line || use.line > function.end_line || use.children.empty()) return false;
    const auto is_name = [&](ExprIndex child) {
      return child != kNothing && expr(child).kind == ExprKind::name && expr(child).text == name;
    };
    if (use.kind == ExprKind::attribute) return is_name(use.children[0]) && is_of_tensors_only(use.text);
    if (use.kind != ExprKind::call || use.children.size() < 2 || !is_name(use.children[1])) return false;
    const Callee kind = callee(scope_.full_name(use.children[0]));
    if (kind == Callee::torch || kind == Callee::convolution) return true;
    const Expr& called = expr(use.children[0]);
    return called.kind == ExprKind::attribute &&
           expr(called.children[0]).text == scope_.self_name(scope_.module().function_at(use.line)) &&
           !expr(called.children[0]).text.empty() && scope_.method(function.in_class, called.text) == kNothing;
  });
}

Value Flow::parameter(const Function& function, const Parameter& declared, bool is_input, bool is_entry) const {
  const std::string_view name = declared.name;
  if (declared.stars == "**") return made(Form::opaque, 0, name);
  if (declared.stars == "*") return made(Form::tensors, mask_of(Label::argument), name);
  const bool holds_tensors = annotated(declared.annotation, "Tensor");
  for (std::string_view container : {"List", "Dict", "Tuple", "Sequence", "list", "dict", "tuple", "Mapping"}) {
    if (!annotated(declared.annotation, container)) continue;
    const bool is_fixed = container == "Tuple" || container == "tuple";
    if (holds_tensors) return made(Form::tensors, is_fixed ? Labels{0} : mask_of(Label::argument), name);
    return made(Form::opaque, 0, name);
  }
  // What is no input of the trace has its default there.
  if (is_entry && !is_input) return plain(mask_of(Label::argument), name);
  if (holds_tensors) return made(Form::tensor, kData, name);
  for (std::string_view scalar : {"int", "float", "bool", "str"}) {
    if (annotated(declared.annotation, scalar)) return plain(0, name);
  }
  if (is_entry) return made(Form::tensor, kData, name);
  if (declared.value != kNothing && expr(declared.value).text != "None") return plain(0, name);
  return is_used_as_tensor(function, name) ? made(Form::tensor, kData, name) : made(Form::opaque, 0, name);
}

void Flow::enter(const Visit& visit) {
  const Function& function = scope_.module().functions[visit.function];
  if (function.name == "__init__" || scope_.is_scripted(visit.function)) return;
  Frame frame;
  frame.function = visit.function;
  frame.self = scope_.self_name(visit.function);
  frame.lines = &visit.lines;
  const bool is_entry = visit.inputs != kNothing;
  std::uint32_t position = 0;
  for (const Parameter& declared : function.parameters) {
    if (!frame.self.empty() && declared.name == frame.self) {
      frame.variables[declared.name] = made(Form::self, 0, declared.name);
      continue;
    }
    Value& held = frame.variables[declared.name] = parameter(function, declared, position < visit.inputs, is_entry);
    held.is_parameter = true;
    ++position;
  }
  stack_.push_back(visit.function);
  run(frame, function.body);
  stack_.pop_back();
}

void Flow::run(Frame& frame, const std::vector<StmtIndex>& body) {
  for (StmtIndex index : body) {
    if (++steps_ > kMostSteps) return;
    if (!step(frame, stmt(index))) return;
  }
}

bool Flow::step(Frame& frame, const Stmt& one) {
  switch (one.kind) {
    case StmtKind::expression:
      evaluate(frame, one.exprs[0]);
      return true;
    case StmtKind::assign: {
      const Value value = evaluate(frame, one.exprs.back());
      for (std::size_t i = 0; i + 1 < one.exprs.size(); ++i) assign(frame, one.exprs[i], value, false);
      return true;
    }
    case StmtKind::augmented: {
      const Expr& target = expr(one.exprs[0]);
      Value value = evaluate(frame, one.exprs[1]);
      if (target.kind == ExprKind::name) {
        const Value before = variable(frame, target);
        if (before.form == Form::tensor) look_at_value(frame, expr(one.exprs[1]), value);
        value = combine(before, value);
      }
      assign(frame, one.exprs[0], value, true);
      return true;
    }
    case StmtKind::annotated:
      if (one.exprs.size() > 2) assign(frame, one.exprs[0], evaluate(frame, one.exprs[2]), false);
      return true;
    case StmtKind::ret:
      if (!one.exprs.empty()) give_back(frame, evaluate(frame, one.exprs[0]));
      return false;
    case StmtKind::if_statement:
      return branch(frame, one);
    case StmtKind::while_loop:
      while_loop(frame, one);
      return true;
    case StmtKind::for_loop:
      loop(frame, one);
      return true;
    case StmtKind::assertion: {
      const Value value = condition(frame, one.exprs[0]);
      if (value.labels == 0) return true;
      const bool by_data = (value.labels & kData) != 0;
      report(frame, expr(one.exprs[0]), "dropped-assertion", by_data ? Weight::warning : Weight::note, value,
             cause(value) + " is asserted; the trace does not check it", "nothing", "the assertion",
             "check the inputs before the exported model, or `@torch.jit.script` on this function");
      return true;
    }
    case StmtKind::raise:
      return false;
    case StmtKind::try_statement:
      attempt(frame, one);
      return true;
    case StmtKind::with:
      context(frame, one);
      return true;
    case StmtKind::def: {
      Value made_function = made(Form::callable, 0, {});
      made_function.function = one.index;
      frame.variables[scope_.module().functions[one.index].name] = made_function;
      return true;
    }
    case StmtKind::global:
      for (std::string_view name : one.names) frame.variables[name] = made(Form::opaque, mask_of(Label::state), name);
      return true;
    case StmtKind::control:
      return false;
    case StmtKind::class_def:
    case StmtKind::other:
      return true;
  }
  return true;
}

void Flow::give_back(Frame& frame, const Value& value) {
  frame.result = frame.has_result ? merge(frame.result, value) : value;
  frame.has_result = true;
}

Value Flow::condition(Frame& frame, ExprIndex index) {
  const Quiet quiet(*this);
  Value value = evaluate(frame, index);
  // What is not known may be anything, and says nothing.
  if (value.form == Form::opaque || value.form == Form::attribute || value.form == Form::callable) {
    value.labels &= static_cast<Labels>(mask_of(Label::state) | mask_of(Label::training) | mask_of(Label::tracing) |
                                        mask_of(Label::exporting));
  }
  return value;
}

/// The arms run or not as the lines that recorded something tell; true: what follows was run as well, perhaps.
bool Flow::branch(Frame& frame, const Stmt& one) {
  const Value value = condition(frame, one.exprs[0]);
  const bool body_ran = is_touched(frame, one.body);
  const bool orelse_ran = is_touched(frame, one.orelse);
  if (value.labels != 0) {
    const Expr& at = expr(one.exprs[0]);
    const Label label = strongest(value.labels);
    if (only_raises(one.body) || (only_raises(one.orelse) && !one.orelse.empty())) {
      report(frame, at, "dropped-assertion", (value.labels & kData) != 0 ? Weight::warning : Weight::note, value,
             cause(value) + " decides whether an error is raised; the trace does not check it",
             "the way without the error", "the error",
             "check the inputs before the exported model, or `@torch.jit.script` on this function");
    } else if (matters(one.body) || matters(one.orelse)) {
      std::string keeps = "the arm that the example took";
      std::string loses = "the other arm";
      if (body_ran != orelse_ran) {
        keeps = lines_of(body_ran ? one.body : one.orelse);
        const auto& other = body_ran ? one.orelse : one.body;
        loses = other.empty() ? "the way around " + keeps : lines_of(other);
      } else if (!body_ran && one.orelse.empty() && frame.lines != nullptr && !frame.lines->empty()) {
        loses = lines_of(one.body);
        keeps = "the way around it";
      }
      // Code that only stays out of its own way while it is traced.
      const bool returns_nothing = label == Label::tracing && one.orelse.empty() && one.body.size() == 1 &&
                                   stmt(one.body[0]).kind == StmtKind::ret && stmt(one.body[0]).exprs.empty();
      // A trace takes the way that eager code takes.
      const bool is_kept = returns_nothing || label == Label::exporting;
      report(frame, at, branch_rule(label), is_kept ? Weight::note : weight_of(value.labels), value,
             cause(value) + " chooses the arm; " +
                 (label == Label::exporting ? "the export takes another than the model" : "the trace kept one"),
             keeps, loses, fix_for_branch(label));
    }
  }
  // `if x is None` and the like: only the arm that was run says anything about the trace.
  const bool skip_body = !body_ran && (orelse_ran || only_raises(one.body));
  const bool skip_orelse = body_ran && !orelse_ran;
  Frame other = frame;
  if (!skip_body) run(frame, one.body);
  if (!skip_orelse) run(other, one.orelse);
  if (other.has_result) give_back(frame, other.result);
  const bool body_ends = ends(one.body);
  const bool orelse_ends = ends(one.orelse);
  if (skip_body || body_ends) {
    if (!(skip_orelse || orelse_ends)) frame.variables = std::move(other.variables);
  } else if (!skip_orelse && !orelse_ends) {
    for (auto& [name, held] : other.variables) {
      const auto [at, is_new] = frame.variables.try_emplace(name, held);
      if (!is_new) at->second = merge(at->second, held);
      // Which of two Python values it is hangs on the condition.
      if (at->second.form == Form::plain && value.labels != 0 && !is_new) at->second.labels |= value.labels;
    }
  }
  return !(body_ends && (body_ran || orelse_ends)) && !(orelse_ends && orelse_ran);
}

Value Flow::item(const Value& iterable) {
  if (!iterable.items.empty()) {
    Value any = iterable.items.front();
    for (const Value& one : iterable.items) any = merge(any, one);
    return any;
  }
  switch (iterable.form) {
    case Form::tensor:
      return iterable;
    case Form::tensors:
      return made(Form::tensor, kData, iterable.root);
    case Form::sizes:
      return made(Form::size, kShape, iterable.root);
    case Form::range:
      return plain(0, iterable.root);
    case Form::array:
      return iterable;
    default:
      return made(iterable.form == Form::plain ? Form::plain : Form::opaque, iterable.labels, iterable.root);
  }
}

void Flow::report_iteration(Frame& frame, const Expr& at, const Value& iterable) {
  Value cause_of = iterable;
  if (iterable.form == Form::tensor) {
    if (iterable.labels == 0) return;
    cause_of.labels = kShape;
  } else if (iterable.form == Form::sizes) {
    cause_of.labels = mask_of(Label::rank);
  } else if (iterable.form == Form::opaque || iterable.form == Form::attribute) {
    return;
  }
  if (cause_of.labels == 0) return;
  const Label label = strongest(cause_of.labels);
  const Weight weight = iterable.form == Form::sizes ? Weight::note : weight_of(cause_of.labels);
  report(frame, at, loop_rule(label), weight, cause_of,
         cause(cause_of) + " decides how often the loop runs; the trace kept the turns of the example",
         "as many turns as the example took", "every other number of turns",
         label == Label::data ? "`@torch.jit.script` on this function, or a computation on the whole tensor with a mask"
                              : "`@torch.jit.script` on this function, or an operation on the whole tensor");
}

void Flow::loop(Frame& frame, const Stmt& one) {
  Value iterable;
  {
    const Quiet quiet(*this);
    iterable = evaluate(frame, one.exprs[1]);
  }
  report_iteration(frame, expr(one.exprs[1]), iterable);
  evaluate(frame, one.exprs[1]);  // what else is lost in it
  // Twice: what the first turn leaves, the second one finds.
  for (int turn = 0; turn < 2; ++turn) {
    assign(frame, one.exprs[0], item(iterable), false);
    Frame before = frame;
    run(frame, one.body);
    for (auto& [name, held] : before.variables) {
      const auto at = frame.variables.find(name);
      if (at != frame.variables.end()) at->second = merge(held, at->second);
    }
  }
  run(frame, one.orelse);
}

void Flow::while_loop(Frame& frame, const Stmt& one) {
  for (int turn = 0; turn < 2; ++turn) {
    const Value value = condition(frame, one.exprs[0]);
    if (value.labels != 0) {
      report(frame, expr(one.exprs[0]), loop_rule(strongest(value.labels)), weight_of(value.labels), value,
             cause(value) + " decides how often the loop runs; the trace kept the turns of the example",
             "as many turns as the example took", "every other number of turns",
             "`@torch.jit.script` on this function");
    }
    run(frame, one.body);
  }
  run(frame, one.orelse);
}

void Flow::attempt(Frame& frame, const Stmt& one) {
  constexpr std::array<std::string_view, 6> kHarmless{"ImportError", "ModuleNotFoundError", "AttributeError",
                                                      "KeyError",    "StopIteration",       "NotImplementedError"};
  const auto catches = [&](ExprIndex caught) {
    const Expr& exception = expr(caught);
    return std::ranges::find(kHarmless, exception.text) == kHarmless.end();
  };
  const std::size_t before = frame.variables.size();
  Value inputs;
  for (auto& [name, held] : frame.variables) {
    if (held.form == Form::tensor && (held.labels & kData) != 0 && inputs.labels == 0) inputs = held;
  }
  run(frame, one.body);
  bool handler_matters = false;
  for (std::size_t i = 0; i < one.handlers.size(); ++i) {
    if (catches(one.exprs[i]) && matters(one.handlers[i]) && !only_raises(one.handlers[i])) handler_matters = true;
    Frame other = frame;
    run(other, one.handlers[i]);
    if (other.has_result) give_back(frame, other.result);
  }
  if (handler_matters && inputs.labels != 0 && before != 0 && !one.body.empty()) {
    Expr at;
    at.line = one.line;
    at.column = 0;
    report(frame, at, "data-dependent-branch", Weight::warning, inputs,
           "whether an operation fails for the data of " + named(inputs) +
               " chooses between `try` and `except`; the trace kept one",
           "the way that the example took", "the other way",
           "test the condition with tensors (`torch.where`, the `_ex` variants of `torch.linalg`), or catch outside of "
           "the model");
  }
  run(frame, one.orelse);
}

void Flow::context(Frame& frame, const Stmt& one) {
  for (std::size_t i = 0; i < one.exprs.size(); i += 2) {
    const Value value = evaluate(frame, one.exprs[i]);
    const Expr& item_expr = expr(one.exprs[i]);
    const Expr& called = item_expr.kind == ExprKind::call ? expr(item_expr.children[0]) : item_expr;
    if (called.text == "autocast") {
      report(frame, item_expr, "frozen-dtype", Weight::warning, plain(mask_of(Label::dtype)),
             "autocast chooses dtypes by those of the example; the trace holds the casts that it made",
             "the casts of the example", "the choice for other dtypes, devices and modes",
             "enter autocast around the call of the exported model, or trace once for each dtype");
    }
    const ExprIndex manager = item_expr.kind == ExprKind::call ? item_expr.children[0] : one.exprs[i];
    const std::string_view mode = is_global(frame, expr(manager)) ? switched_gradients(scope_.full_name(manager)) : "";
    if (!mode.empty()) {
      report(
          frame, item_expr, "mode-dependent-branch", Weight::warning, plain(mask_of(Label::global)),
          "`" + std::string(mode) + "()` is entered inside the model; a trace drops it",
          "the operations inside, with gradients", "the context",
          "`detach()` what should have no gradient, which a trace keeps, or enter the context around the call of the "
          "model");
    }
    if (i + 1 < one.exprs.size() && one.exprs[i + 1] != kNothing) assign(frame, one.exprs[i + 1], value, false);
  }
  run(frame, one.body);
}

void Flow::assign(Frame& frame, ExprIndex index, const Value& value, bool is_update) {
  const Expr& target = expr(index);
  switch (target.kind) {
    case ExprKind::name: {
      Value held = value;
      const auto before = frame.variables.find(target.text);
      const bool is_global = before != frame.variables.end() && before->second.form == Form::opaque &&
                             before->second.root == target.text && (before->second.labels & mask_of(Label::state)) != 0;
      if (is_global) {
        report(frame, target, "mutated-state", Weight::warning, before->second,
               "the global `" + std::string(target.text) + "` is changed in forward; the trace does not change it",
               "the value from while it was traced", "every later change",
               "pass the state in and out as arguments and results");
      }
      frame.variables[target.text] = std::move(held);
      return;
    }
    case ExprKind::tuple:
    case ExprKind::list:
      for (std::size_t i = 0; i < target.children.size(); ++i) {
        const bool is_known = value.items.size() == target.children.size();
        const bool is_rest = expr(target.children[i]).kind == ExprKind::starred;
        assign(frame, target.children[i], is_known ? value.items[i] : is_rest ? value : item(value), is_update);
      }
      return;
    case ExprKind::starred:
      return assign(frame, target.children[0], rest_of(frame, target, value), is_update);
    case ExprKind::attribute:
      return assign_attribute(frame, target, value, is_update);
    case ExprKind::subscript:
      return assign_item(frame, target, value);
    default:
      return;
  }
}

/// `first, *rest = x`: how many are left over hangs on the size of `x`.
Value Flow::rest_of(Frame& frame, const Expr& target, const Value& whole) {
  Value cause_of = whole;
  if (whole.form == Form::tensor && whole.labels != 0) cause_of.labels = kShape;
  const bool is_counted = whole.form != Form::tensor && whole.form != Form::tensors;
  if (!is_counted && cause_of.labels != 0) {
    report(frame, target, "frozen-shape", Weight::warning, cause_of,
           cause(cause_of) + " decides how many items are left over here; the trace kept as many as the example had",
           "as many items as the example had", "every other number of items",
           "slices of the tensor (`x[1:]`), which the trace follows");
  }
  return made(is_counted ? Form::opaque : Form::tensors, 0, whole.root);
}

void Flow::assign_attribute(Frame& frame, const Expr& target, const Value& value, bool is_update) {
  const Value base = evaluate(frame, target.children[0]);
  if (target.text == "data" && (base.form == Form::tensor || base.form == Form::attribute)) {
    return report_write(frame, target, base);
  }
  if (base.form != Form::self || frame.function == kNothing) return;
  const std::uint32_t in_class = scope_.module().functions[frame.function].in_class;
  const bool is_read = is_update || in_class == kNothing || scope_.is_read(in_class, target.text);
  Value state = value;
  state.labels |= mask_of(Label::state);
  state.root = target.text;
  report(frame, target, "mutated-state", is_read ? Weight::warning : Weight::note, state,
         "`self." + std::string(target.text) + "` is assigned in forward; the trace does not assign it",
         "the value from while it was traced", "every later assignment",
         "pass the state in and out as arguments and results, or write in place to a registered buffer: `self." +
             std::string(target.text) + ".copy_(...)`");
}

void Flow::assign_item(Frame& frame, const Expr& target, const Value& value) {
  Value base;
  {
    const Quiet quiet(*this);
    base = evaluate(frame, target.children[0]);
  }
  evaluate(frame, target.children[1]);
  if (base.form == Form::array || base.is_data) return report_write(frame, target, base);
  if (base.form == Form::attribute && base.is_state && !value.is_followed()) return;
  if (base.form == Form::attribute && base.is_state) {
    const Expr& owner = expr(target.children[0]);
    const std::uint32_t in_class =
        frame.function == kNothing ? kNothing : scope_.module().functions[frame.function].in_class;
    // A buffer that is written in place is recorded; a list or dictionary is not. The text does not tell which it is.
    const bool is_container =
        in_class != kNothing && owner.kind == ExprKind::attribute && expr(target.children[1]).kind == ExprKind::string;
    if (!is_container) return;
    report(frame, target, "mutated-state", Weight::warning, base,
           "an entry of `self." + std::string(owner.text) + "` is assigned in forward; the trace does not assign it",
           "the value from while it was traced", "every later assignment",
           "pass the state in and out as arguments and results");
    return;
  }
  const Expr& name = expr(target.children[0]);
  if (name.kind != ExprKind::name) return;
  const auto held = frame.variables.find(name.text);
  if (held == frame.variables.end() || held->second.form == Form::tensor) return;
  held->second.items.clear();
  held->second.labels |= value.labels & static_cast<Labels>(~kData);
}

}  // namespace graphwitness::python
