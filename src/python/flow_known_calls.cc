#include <algorithm>

#include "python/flow.h"
#include "python/wording.h"

namespace graphwitness::python {

using Form = Value::Form;

const Flow::Argument* Flow::labelled(const std::vector<Argument>& given, Form form) {
  const auto found =
      std::ranges::find_if(given, [&](const Argument& a) { return a.value.form == form && a.value.is_labelled(); });
  return found == given.end() ? nullptr : &*found;
}

Value Flow::call_known(Frame& frame, const Expr& at, const std::string& name, Callee kind) {
  if (kind == Callee::quiet) return {};
  if (kind == Callee::assertion) {
    const Value value = at.children.size() > 1 ? condition(frame, at.children[1]) : Value{};
    if (value.is_labelled()) {
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
  switch (kind) {
    case Callee::math: {
      Value result;
      for (const Argument& argument : given)
        result = combine(result, convert(frame, at, "an argument of `" + name + "`", argument.value));
      return plain(result.labels, result.root);
    }
    case Callee::numpy:
      return call_numpy(frame, at, name, given);
    case Callee::constant:
      return make_constant(frame, at, name, given);
    case Callee::sharing:
    case Callee::copy: {
      const Argument* tensor = labelled(given, Form::tensor);
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

/// NumPy computes outside of the trace.
Value Flow::call_numpy(Frame& frame, const Expr& at, const std::string& name, const std::vector<Argument>& given) {
  if (const Argument* tensor = labelled(given, Form::tensor)) {
    report(frame, at, "frozen-tensor", Weight::error, tensor->value,
           "the data of " + named(tensor->value) + " leaves the trace through `" + name +
               "`; what is computed from it is a constant",
           "the values of the example", "every other value", "do the computation with PyTorch's own operations");
  }
  for (const Form form : {Form::size, Form::sizes}) {
    const Argument* const sizes = labelled(given, form);
    if (sizes == nullptr) continue;
    Value number = sizes->value;
    number.form = Form::size;
    convert(frame, at, "an argument of `" + name + "`", number);
  }
  Value result = result_of(given, Form::tensor);
  for (const Argument& argument : given) result.labels |= argument.value.labels;
  const bool shares = std::ranges::any_of(
      given, [](const Argument& a) { return a.value.form == Form::array || a.value.form == Form::tensor; });
  result.form = shares ? Form::array : Form::plain;
  return result;
}

/// `torch.tensor` and its like.
Value Flow::make_constant(Frame& frame, const Expr& at, const std::string& name, const std::vector<Argument>& given) {
  Value source = result_of(given, Form::tensor);
  source.labels = 0;
  bool looked_at_already = true;
  for (const Argument& argument : given) {
    const auto add = [&](const Value& value) {
      if (!value.is_followed() || !value.is_labelled()) return;
      looked_at_already = false;
      source.labels |= value.labels;
    };
    add(argument.value);
    for (const Value& one : argument.value.items) add(one);
  }
  const bool passes =
      (name == "torch.as_tensor" || name == "torch.asarray") && !given.empty() && given[0].value.form == Form::tensor;
  if (passes) return given[0].value;
  if (!looked_at_already) {
    report(frame, at, "frozen-tensor", weight_of(source.labels), source,
           "`" + name + "` makes a constant of " + cause(source), "the values of the example", "every other value",
           "`torch.stack` of the tensors, or arithmetic with the sizes as they are");
  }
  look_at_arguments(frame, given);
  return made(Form::tensor, 0, {});
}

}  // namespace graphwitness::python
