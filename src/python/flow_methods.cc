#include <algorithm>
#include <array>

#include "python/flow.h"
#include "python/wording.h"

namespace graphwitness::python {

using Form = Value::Form;

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
      if (base.is_labelled()) {
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
      if (base.is_labelled()) {
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
  if (!base.root.empty() && base.is_labelled()) result.root = base.root;
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
        std::ranges::any_of(given, [](const Argument& a) { return a.value.is_followed() || a.value.is_labelled(); });
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

}  // namespace graphwitness::python
