#include <algorithm>
#include <array>

#include "python/flow.h"
#include "python/wording.h"

namespace graphwitness::python {

using Form = Value::Form;

namespace {

constexpr std::size_t kDeepestCall = 6;
constexpr Labels kMetadata = mask_of(Label::rank) | mask_of(Label::layout);
constexpr Labels kModes = mask_of(Label::global) | mask_of(Label::gradient);

bool is_labelled(const Value& value) { return value.labels != 0; }

}  // namespace

std::vector<Flow::Argument> Flow::arguments(Frame& frame, const Expr& at) {
  std::vector<Argument> given;
  for (std::size_t i = 1; i < at.children.size(); ++i) {
    given.push_back({at.names[i - 1], at.children[i], evaluate(frame, at.children[i])});
  }
  return given;
}

Value Flow::result_of(const std::vector<Argument>& given, Value::Form form) {
  Value result = made(form, 0, {});
  for (const Argument& argument : given) {
    const Value& value = argument.value;
    if (value.is_followed() || value.form == Form::opaque) result.labels |= value.labels & (kData | kShape);
    if (result.root.empty() && is_labelled(value)) result.root = value.root;
    for (const Value& one : value.items) {
      result.labels |= one.labels & (kData | kShape);
      if (result.root.empty() && is_labelled(one)) result.root = one.root;
    }
  }
  if (form == Form::tensor && result.labels != 0) result.labels |= kData;
  return result;
}

/// A tensor or a size becomes a Python value.
Value Flow::convert(Frame& frame, const Expr& at, std::string_view how, const Value& value) {
  Value read = plain(value.labels, value.root);
  if (!is_labelled(value) || !value.is_followed()) return read;
  if (value.form == Form::tensor && (value.labels & kData) != 0) {
    report(frame, at, "tensor-read-as-number", Weight::error, value,
           "the data of " + named(value) + " becomes " + std::string(how) +
               "; the trace holds what it was for the example",
           "the value of the example", "every other value",
           "compute with the tensor itself, or `@torch.jit.script` on this function");
  } else if (value.form != Form::sizes) {
    report(frame, at, "frozen-shape", Weight::warning, value,
           cause(value) + " becomes " + std::string(how) + "; the trace holds what it was for the example",
           "the size of the example", "every other size",
           "use `x.size(i)` as it is, without a conversion: tracing follows it through `+ - * // %`");
  }
  return read;
}

/// What calls hand on as Python values is what it was for the example.
void Flow::look_at_arguments(Frame& frame, const std::vector<Argument>& given) {
  for (const Argument& argument : given) {
    const Value& value = argument.value;
    if (value.form == Form::range) {
      report(frame, expr(argument.expr), (value.labels & kData) != 0 ? "tensor-read-as-number" : "frozen-shape",
             weight_of(value.labels), value,
             cause(value) + " bounds a range; the trace holds the numbers of the example", "the numbers of the example",
             "every other number", "`torch.arange` with the size or tensor as it is");
      continue;
    }
    look_at_value(frame, expr(argument.expr), value);
  }
}

/// A Python value that becomes part of what the trace computes.
void Flow::look_at_value(Frame& frame, const Expr& at, const Value& value) {
  if (value.form != Form::plain || value.is_told) return;
  if ((value.labels & (kData | kShape)) == 0) {
    if ((value.labels & kMetadata) != 0) {
      report(frame, at, "frozen-shape", Weight::warning, value,
             cause(value) + " is used as a number; the trace holds what it was for the example",
             "the number of the example", "every other number",
             "count dimensions from the end (`-1`, `-2`), or `@torch.jit.script` on this function");
    } else if ((value.labels & (kModes | mask_of(Label::argument))) != 0) {
      const Label label = strongest(value.labels & (kModes | mask_of(Label::argument)));
      report(frame, at, branch_rule(label), Weight::warning, plain(mask_of(label), value.root),
             cause(plain(mask_of(label), value.root)) + " is a constant in the trace", "the value of the example",
             "every other value",
             label == Label::argument ? "pass a tensor, or trace once for each value"
                                      : "pass the value in as a tensor, or trace once for each value");
    }
  }
  for (const Label label : {Label::dtype, Label::device}) {
    if ((value.labels & mask_of(label)) == 0) continue;
    const std::string what(name_of(label));
    report(frame, at, label == Label::dtype ? "frozen-dtype" : "frozen-device", Weight::warning, value,
           cause(plain(mask_of(label), value.root)) + " is passed on; the trace holds the " + what + " of the example",
           "the " + what + " of the example", "every other " + what,
           label == Label::dtype
               ? "`y.type_as(x)`, which the trace follows, or trace once for each dtype"
               : "trace on the device of production, or keep the tensor as a registered buffer, which "
                 "moves with the model");
  }
}

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

Value Flow::call_method(Frame& frame, const Expr& at, const Value& base, std::string_view name) {
  if (base.form == Form::self && frame.function != kNothing) {
    const std::uint32_t in_class = scope_.module().functions[frame.function].in_class;
    const std::uint32_t method = in_class == kNothing ? kNothing : scope_.method(in_class, name);
    if (method != kNothing) return call_function(frame, at, method, nullptr);
    return result_of(arguments(frame, at), Form::tensor);  // a submodule
  }
  if (base.form == Form::tensor) return call_tensor(frame, at, base, name);
  return call_container(frame, at, base, name);
}

Value Flow::call_tensor(Frame& frame, const Expr& at, const Value& base, std::string_view name) {
  std::vector<Argument> given = arguments(frame, at);
  const Meaning meaning = method_of_tensor(name);
  const Labels label = base.labels == 0 ? Labels{0} : mask_of(meaning.label);
  switch (meaning.read) {
    case Read::shape:
      return made(given.empty() ? Form::sizes : Form::size, label, base.root);
    case Read::size:
      return made(Form::size, label, base.root);
    case Read::property:
      return plain(label, base.root);
    case Read::number:
      return convert(frame, at, name == "tolist" ? "a Python list" : "a Python number", base);
    case Read::array:
    case Read::storage: {
      if (is_labelled(base)) {
        report(frame, at, name == "numpy" || meaning.read == Read::array ? "frozen-tensor" : "tensor-read-as-number",
               Weight::error, base,
               "the data of " + named(base) + " leaves the trace through `" + std::string(name) +
                   "`; what is computed from it is a constant",
               "the values of the example", "every other value", "do the computation with PyTorch's own operations");
      }
      Value shared = base;
      shared.form = Form::array;
      return shared;
    }
    case Read::copy: {
      Labels labels = 0;
      for (const Argument& argument : given) {
        labels |= argument.value.is_followed() ? argument.value.labels : Labels{0};
        for (const Value& one : argument.value.items) labels |= one.labels;
      }
      if (labels != 0) {
        Value source = result_of(given, Form::tensor);
        source.labels = labels;
        report(frame, at, (labels & kData) != 0 ? "frozen-tensor" : "frozen-shape", weight_of(labels), source,
               "`" + std::string(name) + "` makes a constant of " + cause(source), "the values of the example",
               "every other value",
               name == "new" ? "`x.new_zeros(...)` or `torch.zeros(...)` with the sizes as they are"
                             : "`torch.stack` or `torch.cat` of the tensors");
      }
      return made(Form::tensor, 0, {});
    }
    case Read::resize: {
      if (is_labelled(base)) {
        report(frame, at, "frozen-tensor", Weight::error, base,
               "`" + std::string(name) + "` cannot be recorded: what " + named(base) +
                   " is used for afterwards is a constant",
               "the values of the example", "every other value", "`reshape`, `F.pad` or slicing");
      }
      return base;
    }
    case Read::unknown:
      break;
  }
  if (base.is_data && name.ends_with('_') && !name.ends_with("__")) {
    report_write(frame, at, base);
    return base;
  }
  if (name == "backward") {
    report(frame, at, "frozen-shape", Weight::warning, made(Form::tensor, kShape, base.root),
           "gradients are computed while tracing; their formulas hold the sizes of the example",
           "the sizes of the example", "every other size", "write the derivative out with PyTorch's own operations");
  }
  if (name == "split" || name == "unfold" || name == "tensor_split") {
    for (const Argument& argument : given) {
      if (argument.value.form == Form::size)
        convert(frame, expr(argument.expr), "an argument of `" + std::string(name) + "`", argument.value);
    }
  }
  look_at_arguments(frame, given);
  const bool is_list =
      name == "split" || name == "unbind" || name == "chunk" || name == "split_with_sizes" || name == "tensor_split";
  if (is_list) {
    const bool is_counted =
        name == "chunk" || (!given.empty() && given[0].value.form == Form::plain && !given[0].value.items.empty());
    const Labels labels = base.labels == 0 || is_counted ? Labels{0} : kShape;
    return made(Form::tensors, labels, base.root);
  }
  Value result = result_of(given, Form::tensor);
  result.labels |= base.labels;
  if (!base.root.empty() && is_labelled(base)) result.root = base.root;
  result.is_state = base.is_state && name.ends_with('_');
  return result;
}

Value Flow::call_container(Frame& frame, const Expr& at, const Value& base, std::string_view name) {
  const std::vector<Argument> given = arguments(frame, at);
  if (base.form == Form::sizes && name == "numel")
    return convert(frame, at, "a Python number", made(Form::size, base.labels, base.root));
  if (base.form == Form::attribute && base.is_state) {
    if (base.is_data && name.ends_with('_')) {
      report_write(frame, at, base);
      return base;
    }
    const bool holds_tensors =
        std::ranges::any_of(given, [](const Argument& a) { return a.value.is_followed() || is_labelled(a.value); });
    if (changes_container(name) && name != "add" && (holds_tensors || name == "pop" || name == "clear")) {
      report(frame, at, "mutated-state", Weight::warning, plain(mask_of(Label::state), base.root),
             "`self." + std::string(base.root) + "` is changed in forward; the trace does not change it",
             "what it held while it was traced", "every later change",
             "pass the state in and out as arguments and results");
      return made(Form::opaque, 0, base.root);
    }
    if (name == "numpy") return made(Form::array, 0, base.root);
    if (draws_number(name)) return draw(frame, at, "self." + std::string(base.root) + "." + std::string(name));
    // Methods of modules and of parameters.
    look_at_arguments(frame, given);
    return result_of(given, Form::tensor);
  }
  if (changes_container(name)) {
    const Expr& called = expr(at.children[0]);
    const Expr& owner = expr(called.children[0]);
    const auto held = owner.kind == ExprKind::name ? frame.variables.find(owner.text) : frame.variables.end();
    if (held != frame.variables.end()) {
      bool has_tensor = held->second.form == Form::tensors;
      for (const Argument& argument : given) has_tensor = has_tensor || argument.value.form == Form::tensor;
      held->second.items.clear();
      if (has_tensor && held->second.form != Form::attribute) held->second.form = Form::tensors;
      if (held->second.form == Form::plain) held->second.form = Form::opaque;
    }
    return taken_from(base);
  }
  if (base.form == Form::tensors) {
    if (name == "get" || name == "__getitem__") return made(Form::tensor, kData, base.root);
    if (name == "items" || name == "values") return base;
    if (name == "keys") return plain(base.labels, base.root);
  }
  if (base.form == Form::array || base.form == Form::plain) {
    Value result = base;
    result.items.clear();
    for (const Argument& argument : given) {
      if (argument.value.form == Form::tensor && name == "format")
        return convert(frame, at, "a formatted string", argument.value);
      result.labels |= argument.value.form == Form::plain ? argument.value.labels : Labels{0};
    }
    return result;
  }
  constexpr std::array<std::string_view, 6> kTalk{"debug", "info", "warning", "warn", "error", "exception"};
  if (std::ranges::find(kTalk, name) != kTalk.end()) return {};
  return result_of(given, Form::opaque);
}

Value Flow::taken_from(const Value& container) {
  return container.form == Form::tensors ? made(Form::tensor, kData, container.root)
                                         : made(Form::opaque, 0, container.root);
}

/// Random numbers that Python draws.
Value Flow::draw(Frame& frame, const Expr& at, const std::string& name) {
  report(frame, at, "random-op", Weight::warning, plain(mask_of(Label::random)),
         "`" + name + "` draws random numbers in Python; the trace keeps those of one run",
         "the numbers of the example", "drawing new ones",
         "draw with PyTorch's own operations (`torch.rand`, `torch.randint`), which are recorded");
  return {};
}

/// `next(self.steps)`: an iterator that the module keeps goes on with every call.
Value Flow::advance(Frame& frame, const Expr& at, const Value& iterator) {
  if (iterator.form != Form::attribute || !iterator.is_state) return item(iterator);
  report(frame, at, "mutated-state", Weight::warning, plain(mask_of(Label::state), iterator.root),
         "`self." + std::string(iterator.root) + "` is advanced in forward; the trace does not advance it",
         "what it yielded while it was traced", "what it yields to every later call",
         "pass the state in and out as arguments and results");
  return made(Form::opaque, 0, iterator.root);
}

Value Flow::call_known(Frame& frame, const Expr& at, const std::string& name, Callee kind) {
  if (kind == Callee::quiet) return {};
  if (kind == Callee::assertion) {
    const Value value = at.children.size() > 1 ? condition(frame, at.children[1]) : Value{};
    if (is_labelled(value)) {
      report(frame, at, "dropped-assertion", (value.labels & kData) != 0 ? Weight::warning : Weight::note, value,
             cause(value) + " is asserted; the trace does not check it", "nothing", "the assertion",
             "check the inputs before the exported model");
    }
    return {};
  }
  if (kind == Callee::random) {
    arguments(frame, at);
    return draw(frame, at, name);
  }
  const std::vector<Argument> given = arguments(frame, at);
  Value all = result_of(given, Form::tensor);
  const auto find = [&](Form form) {
    const auto found =
        std::ranges::find_if(given, [&](const Argument& a) { return a.value.form == form && is_labelled(a.value); });
    return found == given.end() ? nullptr : &*found;
  };
  switch (kind) {
    case Callee::math: {
      Value result;
      for (const Argument& argument : given)
        result = combine(result, convert(frame, at, "an argument of `" + name + "`", argument.value));
      return plain(result.labels, result.root);
    }
    case Callee::numpy: {
      if (const Argument* tensor = find(Form::tensor)) {
        report(frame, at, "frozen-tensor", Weight::error, tensor->value,
               "the data of " + named(tensor->value) + " leaves the trace through `" + name +
                   "`; what is computed from it is a constant",
               "the values of the example", "every other value", "do the computation with PyTorch's own operations");
      }
      for (const Form form : {Form::size, Form::sizes}) {
        const Argument* const sizes = find(form);
        if (sizes == nullptr) continue;
        Value number = sizes->value;
        number.form = Form::size;
        convert(frame, at, "an argument of `" + name + "`", number);
      }
      Value result = all;
      for (const Argument& argument : given) result.labels |= argument.value.labels;
      const bool shares = std::ranges::any_of(
          given, [](const Argument& a) { return a.value.form == Form::array || a.value.form == Form::tensor; });
      result.form = shares ? Form::array : Form::plain;
      return result;
    }
    case Callee::constant: {
      Value source = all;
      source.labels = 0;
      bool looked_at_already = true;
      for (const Argument& argument : given) {
        const auto add = [&](const Value& value) {
          if (!value.is_followed() || !is_labelled(value)) return;
          looked_at_already = false;
          source.labels |= value.labels;
        };
        add(argument.value);
        for (const Value& one : argument.value.items) add(one);
      }
      const bool passes = (name == "torch.as_tensor" || name == "torch.asarray") && !given.empty() &&
                          given[0].value.form == Form::tensor;
      if (passes) return given[0].value;
      if (!looked_at_already) {
        report(frame, at, "frozen-tensor", weight_of(source.labels), source,
               "`" + name + "` makes a constant of " + cause(source), "the values of the example", "every other value",
               "`torch.stack` of the tensors, or arithmetic with the sizes as they are");
      }
      look_at_arguments(frame, given);
      return made(Form::tensor, 0, {});
    }
    case Callee::sharing:
    case Callee::copy: {
      const Argument* tensor = find(Form::tensor);
      if (tensor == nullptr) return kind == Callee::copy && !given.empty() ? given[0].value : made(Form::opaque, 0, {});
      report(frame, at, "frozen-tensor", Weight::error, tensor->value,
             "`" + name + "` of " + named(tensor->value) + " is not recorded: the copy is a constant in the trace",
             "the values of the example", "every other value",
             kind == Callee::copy ? "`x.clone()`" : "use the tensor itself");
      return made(kind == Callee::copy ? Form::tensor : Form::array, kind == Callee::copy ? Labels{0} : kData,
                  tensor->value.root);
    }
    case Callee::predicate:
      return plain(all.labels & kData, all.root);
    case Callee::property:
      return plain(all.labels == 0 ? Labels{0} : mask_of(Label::dtype), all.root);
    case Callee::limits: {
      for (const Argument& argument : given) {
        if ((argument.value.labels & mask_of(Label::dtype)) == 0) continue;
        report(frame, at, "frozen-dtype", Weight::warning, argument.value,
               cause(plain(mask_of(Label::dtype), argument.value.root)) +
                   " chooses a limit; the trace holds that of the example's dtype",
               "the limit of the example's dtype", "those of other dtypes",
               "`float('-inf')` where that will do, or trace once for each dtype");
      }
      return plain(0, all.root);
    }
    case Callee::default_dtype: {
      report(frame, at, "frozen-dtype", Weight::warning, plain(mask_of(Label::global)),
             "the default dtype is read; the trace holds what it was while tracing", "that dtype",
             "every other default", "name the dtype, or take it from an input: `y.type_as(x)`");
      Value told = plain(mask_of(Label::global));
      told.is_told = true;
      return told;
    }
    case Callee::tracing:
      return plain(mask_of(Label::tracing));
    case Callee::exporting:
      return plain(mask_of(Label::exporting));
    case Callee::mode:
      return plain(mask_of(Label::global));
    case Callee::gradient:
      report(frame, at, "frozen-shape", Weight::warning, made(Form::tensor, kShape, all.root),
             "gradients are computed while tracing; their formulas hold the sizes of the example",
             "the sizes of the example", "every other size",
             "write the derivative out with PyTorch's own operations, or `torch.func`-style code outside of the model");
      return made(Form::tensors, 0, all.root);
    case Callee::numel:
      return made(Form::size, all.labels == 0 ? Labels{0} : kShape, all.root);
    case Callee::outside:
      return plain(mask_of(Label::global), outside_state(name));
    case Callee::reduce: {
      if (given.size() < 2) return made(Form::opaque, 0, {});
      Value element = item(given[1].value);
      if (given[0].value.lambda == kNothing) return element;
      return call_lambda(frame, given[0].value.lambda, {element, element});
    }
    case Callee::none:
      return plain(0);
    case Callee::convolution:
      for (const Argument& argument : given) {
        if (argument.value.form == Form::size)
          convert(frame, expr(argument.expr), "an argument of `" + name + "`", argument.value);
        for (const Value& one : argument.value.items) {
          if (one.form == Form::size) convert(frame, expr(argument.expr), "an argument of `" + name + "`", one);
        }
      }
      break;
    default:
      for (const Argument& argument : given) {
        if (!is_float_parameter(argument.name) || !name.starts_with("torch.nn.functional.")) continue;
        convert(frame, expr(argument.expr), "the number `" + std::string(argument.name) + "`", argument.value);
      }
      break;
  }
  look_at_arguments(frame, given);
  const std::string_view last = std::string_view(name).substr(name.rfind('.') + 1);
  if (last == "unbind" || last == "split" || last == "chunk") {
    return made(Form::tensors, all.labels == 0 || last == "chunk" ? Labels{0} : kShape, all.root);
  }
  return all;
}

Value Flow::call_builtin(Frame& frame, const Expr& at, std::string_view name, bool& is_builtin) {
  if (name == "print" || name == "super" || name == "type" || name == "id") return {};
  if (name == "hasattr" || name == "getattr" || name == "callable")
    return made(name == "getattr" ? Form::opaque : Form::plain, 0, {});
  std::vector<Argument> given;
  if (name == "len" || name == "isinstance" || name == "range") {
    given = arguments(frame, at);
  }
  const Value first = !given.empty() ? given[0].value : Value{};
  if (name == "len") {
    if (first.form == Form::tensor)
      return convert(frame, at, "a Python number by `len`",
                     made(Form::size, first.labels == 0 ? Labels{0} : kShape, first.root));
    if (first.form == Form::sizes) return plain(mask_of(Label::rank), first.root);
    if (first.form == Form::tensors && is_labelled(first) && (first.labels & mask_of(Label::argument)) != 0) {
      report(frame, at, "frozen-shape", Weight::warning, first,
             "the length of `" + std::string(first.root) + "` is a constant in the trace",
             "the length that the example had", "every other length",
             "stack the tensors to one, whose size the trace follows");
      Value told = plain(first.labels, first.root);
      told.is_told = true;
      return told;
    }
    return plain(first.labels, first.root);
  }
  if (name == "isinstance") {
    if (first.form == Form::size) return plain(mask_of(Label::tracing), first.root);
    return {};
  }
  if (name == "range") {
    Value bound = made(Form::range, 0, {});
    for (const Argument& argument : given) {
      const Value& value = argument.value;
      if (value.form == Form::opaque || value.form == Form::attribute || value.form == Form::callable) continue;
      bound.labels |= value.labels;
      if (bound.root.empty()) bound.root = value.root;
    }
    if (bound.labels == 0) bound.form = Form::plain;
    return bound;
  }
  constexpr std::array<std::string_view, 5> kNumbers{"int", "float", "bool", "complex", "round"};
  constexpr std::array<std::string_view, 5> kTexts{"str", "repr", "format", "ascii", "hash"};
  constexpr std::array<std::string_view, 5> kChoices{"max", "min", "sorted", "any", "all"};
  constexpr std::array<std::string_view, 7> kSequences{"list", "tuple", "zip", "enumerate", "reversed", "iter", "set"};
  const auto is_one_of = [&](const auto& names) { return std::ranges::find(names, name) != names.end(); };
  if (is_one_of(kNumbers)) {
    given = arguments(frame, at);
    if (given.empty()) return {};
    const std::string how = "a Python number by `" + std::string(name) + "`";
    if (given[0].value.form == Form::array) return plain(given[0].value.labels, given[0].value.root);
    if (given[0].value.form == Form::opaque || given[0].value.form == Form::attribute)
      return plain(0, given[0].value.root);
    return convert(frame, at, how, given[0].value);
  }
  if (is_one_of(kTexts)) {
    given = arguments(frame, at);
    return given.empty() ? Value{} : convert(frame, at, "a string", given[0].value);
  }
  if (is_one_of(kChoices)) return choose(frame, at, name, arguments(frame, at));
  if (name == "sum" || name == "abs" || name == "pow" || name == "divmod" || name == "next") {
    given = arguments(frame, at);
    if (name == "next" && !given.empty()) return advance(frame, at, given[0].value);
    if (name == "sum") return given.empty() ? Value{} : item(given[0].value);
    Value result;
    for (const Argument& argument : given) result = combine(result, argument.value);
    return result;
  }
  if (name == "map" || name == "filter") {
    given = arguments(frame, at);
    Value element = given.size() > 1 ? item(given[1].value) : Value{};
    const bool is_number = !given.empty() && expr(given[0].expr).kind == ExprKind::name &&
                           std::ranges::find(kNumbers, expr(given[0].expr).text) != kNumbers.end();
    if (is_number)
      return convert(frame, at, "Python numbers by `" + std::string(expr(given[0].expr).text) + "`", element);
    Value made_of = element;
    if (!given.empty() && given[0].value.lambda != kNothing)
      element = call_lambda(frame, given[0].value.lambda, {element});
    if (name == "filter") {
      if (element.form == Form::opaque || element.labels == 0) return made_of;
      report_kept(frame, expr(given[0].expr), element);
      return made_of.form == Form::tensor ? made(Form::tensors, element.labels, made_of.root) : made_of;
    }
    return element.form == Form::tensor ? made(Form::tensors, 0, element.root) : plain(element.labels, element.root);
  }
  if (is_one_of(kSequences)) {
    given = arguments(frame, at);
    if (given.empty()) return {};
    Value result = given[0].value;
    if (name == "list" || name == "tuple" || name == "set") {
      if (result.form == Form::tensor) {
        report_iteration(frame, at, result);
        return made(Form::tensors, 0, result.root);
      }
      if (result.form == Form::range) look_at_arguments(frame, given);
      return result;
    }
    if (name == "zip") {
      Value pair;
      for (const Argument& argument : given) {
        pair.items.push_back(item(argument.value));
        if (argument.value.form == Form::tensor) pair.labels |= argument.value.labels == 0 ? Labels{0} : kShape;
        if (argument.value.form == Form::tensors || argument.value.form == Form::range)
          pair.labels |= argument.value.labels;
        if (pair.root.empty()) pair.root = argument.value.root;
      }
      Value zipped = plain(pair.labels, pair.root);
      pair.labels = 0;
      zipped.items.push_back(pair);
      return zipped;
    }
    if (name == "enumerate") {
      Value pair;
      pair.items = {plain(), item(result)};
      Value counted = plain(result.form == Form::tensor   ? (result.labels == 0 ? Labels{0} : kShape)
                            : result.form == Form::opaque ? Labels{0}
                                                          : result.labels,
                            result.root);
      counted.items.push_back(pair);
      return counted;
    }
    return result;
  }
  is_builtin = false;
  return {};
}

/// max, min, sorted, any, all: Python compares what it is given.
Value Flow::choose(Frame& frame, const Expr& at, std::string_view name, const std::vector<Argument>& given) {
  Value compared;
  const auto look = [&](const Value& value) {
    if (!is_labelled(value) || !value.is_followed()) return;
    if (value.form == Form::sizes && name != "sorted" && given.size() == 1) return;
    compared = compared.labels == 0 ? value : combine(compared, value);
  };
  Value result;
  for (const Argument& argument : given) {
    if (argument.name == "key") {
      if (argument.value.lambda != kNothing) {
        Value key = call_lambda(frame, argument.value.lambda, {given.empty() ? Value{} : item(given[0].value)});
        look(key);
        result.labels |= key.labels;
      }
      continue;
    }
    look(argument.value);
    for (const Value& one : argument.value.items) look(one);
    result = result.labels == 0 && result.form == Form::plain ? argument.value : merge(result, argument.value);
  }
  if (given.size() == 1) result = item(result);
  if (compared.labels == 0) {
    if (name == "any" || name == "all") return plain(result.labels, result.root);
    return result;
  }
  const bool by_data = compared.form == Form::tensor || compared.form == Form::tensors;
  if (compared.form == Form::tensors) compared.labels |= kData;
  report(frame, at, by_data ? "data-dependent-branch" : "frozen-shape", by_data ? Weight::error : Weight::warning,
         compared,
         cause(compared) + " decides what `" + std::string(name) +
             "` of Python yields; the trace kept the choice of the example",
         "what the example chose", "every other choice",
         name == "max" || name == "min"
             ? "`torch." + std::string(name == "max" ? "maximum" : "minimum") + "`, which the trace follows"
             : "`torch.sort`, `torch.any` or `torch.all`");
  if (name == "any" || name == "all") return plain(compared.labels, compared.root);
  return result;
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
