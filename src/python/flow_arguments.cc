#include "python/flow.h"
#include "python/wording.h"

namespace graphwitness::python {

using Form = Value::Form;

namespace {

constexpr Labels kModes = mask_of(Label::global) | mask_of(Label::gradient);

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
    if (result.root.empty() && value.is_labelled()) result.root = value.root;
    for (const Value& one : value.items) {
      result.labels |= one.labels & (kData | kShape);
      if (result.root.empty() && one.is_labelled()) result.root = one.root;
    }
  }
  if (form == Form::tensor && result.labels != 0) result.labels |= kData;
  return result;
}

/// A tensor or a size becomes a Python value.
Value Flow::convert(Frame& frame, const Expr& at, std::string_view how, const Value& value) {
  Value read = plain(value.labels, value.root);
  if (!value.is_labelled() || !value.is_followed()) return read;
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

}  // namespace graphwitness::python
