#include <algorithm>
#include <array>

#include "python/flow.h"
#include "python/wording.h"

namespace graphwitness::python {

using Form = Value::Form;

namespace {

constexpr std::array<std::string_view, 5> kNumbers{"int", "float", "bool", "complex", "round"};
constexpr std::array<std::string_view, 5> kTexts{"str", "repr", "format", "ascii", "hash"};
constexpr std::array<std::string_view, 5> kChoices{"max", "min", "sorted", "any", "all"};
constexpr std::array<std::string_view, 7> kSequences{"list", "tuple", "zip", "enumerate", "reversed", "iter", "set"};

}  // namespace

Value Flow::call_builtin(Frame& frame, const Expr& at, std::string_view name, bool& is_builtin) {
  if (name == "print" || name == "super" || name == "type" || name == "id") return {};
  if (name == "hasattr" || name == "getattr" || name == "callable")
    return made(name == "getattr" ? Form::opaque : Form::plain, 0, {});
  std::vector<Argument> given;
  if (name == "len" || name == "isinstance" || name == "range") {
    given = arguments(frame, at);
  }
  const Value first = !given.empty() ? given[0].value : Value{};
  if (name == "len") return length(frame, at, first);
  if (name == "isinstance") {
    if (first.form == Form::size) return plain(mask_of(Label::tracing), first.root);
    return {};
  }
  if (name == "range") return range(given);
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
  if (name == "map" || name == "filter") return map_or_filter(frame, at, name);
  if (is_one_of(kSequences)) return make_sequence(frame, at, name);
  is_builtin = false;
  return {};
}

Value Flow::length(Frame& frame, const Expr& at, const Value& of) {
  if (of.form == Form::tensor)
    return convert(frame, at, "a Python number by `len`",
                   made(Form::size, of.labels == 0 ? Labels{0} : kShape, of.root));
  if (of.form == Form::sizes) return plain(mask_of(Label::rank), of.root);
  if (of.form == Form::tensors && of.is_labelled() && (of.labels & mask_of(Label::argument)) != 0) {
    report(frame, at, "frozen-shape", Weight::warning, of,
           "the length of `" + std::string(of.root) + "` is a constant in the trace", "the length that the example had",
           "every other length", "stack the tensors to one, whose size the trace follows");
    Value told = plain(of.labels, of.root);
    told.is_told = true;
    return told;
  }
  return plain(of.labels, of.root);
}

/// range(): labelled by what bounds it.
Value Flow::range(const std::vector<Argument>& given) {
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

Value Flow::map_or_filter(Frame& frame, const Expr& at, std::string_view name) {
  const std::vector<Argument> given = arguments(frame, at);
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

/// list, tuple, set, zip, enumerate, reversed, iter.
Value Flow::make_sequence(Frame& frame, const Expr& at, std::string_view name) {
  const std::vector<Argument> given = arguments(frame, at);
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

/// max, min, sorted, any, all: Python compares what it is given.
Value Flow::choose(Frame& frame, const Expr& at, std::string_view name, const std::vector<Argument>& given) {
  Value compared;
  const auto look = [&](const Value& value) {
    if (!value.is_labelled() || !value.is_followed()) return;
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

}  // namespace graphwitness::python
