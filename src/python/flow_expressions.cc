#include <algorithm>

#include "python/flow.h"
#include "python/wording.h"

namespace graphwitness::python {

using Form = Value::Form;

Value Flow::evaluate(Frame& frame, ExprIndex index) {
  if (index == kNothing || ++steps_ > 200'000) return {};
  const Expr& at = expr(index);
  switch (at.kind) {
    case ExprKind::name:
      return variable(frame, at);
    case ExprKind::formatted:
      return formatted(frame, at);
    case ExprKind::attribute:
      return attribute(frame, at);
    case ExprKind::call:
      return call(frame, at);
    case ExprKind::subscript:
      return subscript(frame, at);
    case ExprKind::slice: {
      Value bounds;
      for (ExprIndex child : at.children) bounds = combine(bounds, evaluate(frame, child));
      return bounds;
    }
    case ExprKind::unary: {
      if (at.text != "not") return evaluate(frame, at.children[0]);
      const Value value = condition(frame, at.children[0]);
      return plain(value.labels, value.root);
    }
    case ExprKind::binary: {
      const Value left = evaluate(frame, at.children[0]);
      const Value right = evaluate(frame, at.children[1]);
      if (at.text == "%" && (expr(at.children[0]).kind == ExprKind::string) && right.is_followed()) {
        return convert(frame, at, "a formatted string", right);
      }
      if (left.form == Form::tensor) look_at_value(frame, expr(at.children[1]), right);
      if (right.form == Form::tensor) look_at_value(frame, expr(at.children[0]), left);
      return combine(left, right);
    }
    case ExprKind::compare:
      return compare(frame, at);
    case ExprKind::boolean: {
      // All but the last are looked at; what comes out is one of them.
      Value result = evaluate(frame, at.children[0]);
      for (std::size_t i = 1; i < at.children.size(); ++i) {
        const Value next = evaluate(frame, at.children[i]);
        if (result.is_followed() && result.labels != 0 && result.form != Form::tensors) {
          report(frame, at, branch_rule(strongest(result.labels)), weight_of(result.labels), result,
                 cause(result) + " decides what `" + std::string(at.text) + "` yields; the trace kept one operand",
                 "the operand that the example chose", "the other operand",
                 "`torch.logical_and`, `torch.logical_or` or `torch.where` on tensors");
        }
        Value joined = merge(result, next);
        if (result.form == Form::opaque || result.form == Form::attribute) joined.form = Form::opaque;
        result = std::move(joined);
      }
      return result;
    }
    case ExprKind::conditional: {
      const Value test = condition(frame, at.children[1]);
      const Value a = evaluate(frame, at.children[0]);
      const Value b = evaluate(frame, at.children[2]);
      if (test.labels != 0) {
        report(frame, expr(at.children[1]), branch_rule(strongest(test.labels)), weight_of(test.labels), test,
               cause(test) + " chooses between two values; the trace kept one", "the value that the example chose",
               "the other value", "`torch.where(condition, a, b)`, or `@torch.jit.script` on this function");
      }
      return merge(a, b);
    }
    case ExprKind::tuple:
    case ExprKind::list:
    case ExprKind::set:
    case ExprKind::dict:
      return display(frame, at);
    case ExprKind::lambda: {
      Value value = made(Form::callable, 0, {});
      value.lambda = index;
      return value;
    }
    case ExprKind::comprehension:
      return comprehension(frame, at);
    case ExprKind::starred: {
      Value inner = evaluate(frame, at.children[0]);
      if (inner.form == Form::range) {
        report(frame, expr(at.children[0]), inner.labels == kData ? "tensor-read-as-number" : "frozen-shape",
               weight_of(inner.labels), inner,
               cause(inner) + " decides how many arguments there are; the trace kept those of the example",
               "as many as for the example", "every other number",
               "write the call for every rank that the model meets");
      }
      return made(inner.form == Form::sizes ? Form::size : Form::opaque, inner.labels, inner.root);
    }
    case ExprKind::walrus: {
      Value value = evaluate(frame, at.children[0]);
      frame.variables[at.text] = value;
      return value;
    }
    case ExprKind::await:
      return at.children.empty() ? Value{} : evaluate(frame, at.children[0]);
    case ExprKind::unknown:
      return made(Form::opaque, 0, {});
    case ExprKind::number:
    case ExprKind::string:
    case ExprKind::constant:
      return {};
  }
  return {};
}

Value Flow::variable(Frame& frame, const Expr& at) {
  for (const Frame* scope = &frame; scope != nullptr; scope = scope->outer) {
    const auto held = scope->variables.find(at.text);
    if (held != scope->variables.end()) return held->second;
  }
  const std::uint32_t function = scope_.function(at.text);
  if (function == kNothing) {
    return scope_.is_changed(at.text) ? plain(mask_of(Label::global), at.text) : made(Form::opaque, 0, {});
  }
  Value value = made(Form::callable, 0, at.text);
  value.function = function;
  return value;
}

Value Flow::attribute(Frame& frame, const Expr& at) {
  if (is_global(frame, at)) {
    const std::string_view outside = outside_state(scope_.full_name(at.children[0]) + "." + std::string(at.text));
    if (!outside.empty()) return plain(mask_of(Label::global), outside);
    if (!scope_.is_changed(root_of(at))) return plain(0, {});  // torch.float32
  }
  const Value base = evaluate(frame, at.children[0]);
  if (base.form == Form::self) return attribute_of_self(frame, at);
  if (base.form == Form::tensor) {
    if (at.text == "data") {
      Value same = base;
      same.is_data = true;
      return same;
    }
    const Meaning meaning = attribute_of_tensor(at.text);
    // Of a tensor that no input reaches, all of this is the same in every call.
    const Labels label = base.labels == 0 ? Labels{0} : mask_of(meaning.label);
    if (meaning.read == Read::shape) return made(Form::sizes, label, base.root);
    if (meaning.read == Read::property) return plain(label, base.root);
    return made(Form::tensor, base.labels, base.root);
  }
  if (base.form == Form::attribute) {
    Value same = base;
    same.is_data = base.is_data || at.text == "data";
    // Properties of parameters do not change with the input.
    if (attribute_of_tensor(at.text).read != Read::unknown) same.form = Form::opaque;
    return same;
  }
  Value result = base;
  result.items.clear();
  if (base.form != Form::plain) result.form = Form::opaque;
  return result;
}

Value Flow::attribute_of_self(Frame& frame, const Expr& at) {
  if (at.text == "training") return plain(mask_of(Label::training), "self");
  const std::uint32_t in_class =
      frame.function == kNothing ? kNothing : scope_.module().functions[frame.function].in_class;
  if (in_class != kNothing) {
    const std::uint32_t method = scope_.method(in_class, at.text);
    if (method != kNothing) {
      if (scope_.is_property(method)) return made(Form::opaque, 0, at.text);
      Value bound = made(Form::callable, 0, at.text);
      bound.function = method;
      return bound;
    }
  }
  Value value = made(Form::attribute, 0, at.text);
  value.is_state = true;
  if (in_class != kNothing && scope_.is_assigned(in_class, at.text)) value.labels = mask_of(Label::state);
  return value;
}

Value Flow::subscript(Frame& frame, const Expr& at) {
  Value base = evaluate(frame, at.children[0]);
  const Value index = evaluate(frame, at.children[1]);
  const Expr& index_expr = expr(at.children[1]);
  const bool is_slice = index_expr.kind == ExprKind::slice;
  switch (base.form) {
    case Form::tensor:
      return made(Form::tensor, static_cast<Labels>(base.labels | (index.form == Form::tensor ? index.labels : 0)),
                  base.root);
    case Form::sizes:
      return is_slice ? base : made(Form::size, base.labels, base.root);
    case Form::tensors: {
      if (index.form == Form::tensor || index.form == Form::size) convert(frame, index_expr, "a list index", index);
      return is_slice ? base : made(Form::tensor, kData, base.root);
    }
    case Form::array:
      return base;
    case Form::range:
      return plain(base.labels, base.root);
    default:
      break;
  }
  if (!base.items.empty() && index_expr.kind == ExprKind::number) {
    std::size_t position = 0;
    for (char c : index_expr.text) position = position * 10 + static_cast<std::size_t>(c - '0');
    if (position < base.items.size()) return base.items[position];
  }
  if ((index.form == Form::tensor || index.form == Form::size) && index.labels != 0 &&
      (base.form == Form::attribute || !base.items.empty())) {
    // A parameter or buffer is indexed by tensors as any tensor is; a list, dictionary or ModuleList is not. The text
    // does not tell which it is, unless the item is called.
    if (!base.items.empty()) return convert(frame, index_expr, "a list index", index);
    return made(Form::opaque, index.labels, base.root);
  }
  Value result = item(base);
  result.labels |= index.form == Form::plain ? index.labels : Labels{0};
  if (base.form == Form::attribute) {
    result = base;
    result.labels |= index.form == Form::plain ? index.labels : Labels{0};
  }
  return result;
}

Value Flow::compare(Frame& frame, const Expr& at) {
  Value result = evaluate(frame, at.children[0]);
  Value left = result;
  bool is_python = false;
  Labels looked_at = 0;
  for (std::size_t i = 0; i < at.names.size(); ++i) {
    const Value right = evaluate(frame, at.children[i + 1]);
    const std::string_view op = at.names[i];
    if (op == "is" || op == "is not") {
      is_python = true;
      const bool with_none = expr(at.children[i + 1]).text == "None" || expr(at.children[0]).text == "None";
      const bool is_plain = left.form == Form::plain;
      const Labels of_none = mask_of(Label::state) | (is_plain ? mask_of(Label::argument) : Labels{0});
      const Labels seen = with_none ? of_none : is_plain ? Labels{0xFFFF} : Labels{0};
      looked_at |= left.labels & seen;
    } else if (op == "in" || op == "not in") {
      is_python = true;
      if (right.form == Form::tensor || left.form == Form::tensor) looked_at |= left.labels | right.labels;
      if (right.form == Form::tensors && (right.labels & mask_of(Label::argument)) != 0)
        looked_at |= mask_of(Label::argument);
      if (left.form == Form::plain || left.form == Form::size) looked_at |= left.labels;
      if (right.form == Form::plain) looked_at |= right.labels;
    } else {
      if (left.form == Form::tensor) look_at_value(frame, expr(at.children[i + 1]), right);
      result = combine(result, right);
    }
    if (result.root.empty()) result.root = left.root.empty() ? right.root : left.root;
    left = right;
  }
  if (is_python) return plain(looked_at, result.root);
  if (result.form == Form::sizes) return plain(result.labels, result.root);  // two torch.Size are compared by Python
  if (result.form == Form::tensors || result.form == Form::attribute) result.form = Form::opaque;
  return result;
}

Value Flow::display(Frame& frame, const Expr& at) {
  Value result;
  bool any_tensor = false;
  for (std::size_t i = 0; i < at.children.size(); ++i) {
    const Value one = evaluate(frame, at.children[i]);
    if (at.kind == ExprKind::dict && i % 2 == 0) continue;
    any_tensor = any_tensor || one.form == Form::tensor;
    if (result.root.empty()) result.root = one.root;
    result.items.push_back(one);
  }
  const bool has_star = std::ranges::any_of(
      at.children, [&](ExprIndex child) { return child != kNothing && expr(child).kind == ExprKind::starred; });
  if (has_star || at.kind == ExprKind::dict) {
    Value any;
    for (const Value& one : result.items) any = merge(any, one);
    const Form form = any_tensor ? Form::tensors : Form::opaque;
    return made(form, 0, result.root);
  }
  return result;
}

Value Flow::comprehension(Frame& frame, const Expr& at) {
  Frame inner = frame;
  inner.outer = frame.outer;
  Labels length = 0;
  std::string_view root;
  for (std::size_t i = 1; i + 2 < at.children.size(); i += 3) {
    Value iterable;
    {
      const Quiet quiet(*this);
      iterable = evaluate(inner, at.children[i + 1]);
    }
    report_iteration(inner, expr(at.children[i + 1]), iterable);
    evaluate(inner, at.children[i + 1]);
    assign(inner, at.children[i], item(iterable), false);
    length |= iterable.form == Form::tensor ? kShape : iterable.form == Form::sizes ? Labels{0} : iterable.labels;
    root = iterable.root;
    if (at.children[i + 2] == kNothing) continue;
    const Value test = condition(inner, at.children[i + 2]);
    if (test.labels == 0) continue;
    report_kept(inner, expr(at.children[i + 2]), test);
    length |= test.labels;
  }
  const Value element = evaluate(inner, at.children[0]);
  if (element.form == Form::tensor) return made(Form::tensors, length, element.root.empty() ? root : element.root);
  Value result = element.form == Form::size ? made(Form::sizes, element.labels, element.root)
                                            : plain(length | element.labels, root);
  if (element.form == Form::opaque || element.form == Form::attribute) result.form = Form::opaque;
  return result;
}

Value Flow::formatted(Frame& frame, const Expr& at) {
  Value result;
  for (ExprIndex child : at.children) {
    const Value one = evaluate(frame, child);
    if (one.form == Form::tensor || one.form == Form::size || one.form == Form::sizes)
      result = convert(frame, at, "a formatted string", one);
    result.labels |= one.form == Form::plain ? one.labels : Labels{0};
    if (result.root.empty()) result.root = one.root;
  }
  return result;
}

}  // namespace graphwitness::python
