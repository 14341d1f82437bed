#include "python/values.h"

#include <algorithm>
#include <array>

namespace graphwitness::python {

using Form = Value::Form;

Label strongest(Labels labels) {
  for (unsigned bit = 0; bit < 16; ++bit) {
    if ((unsigned{labels} >> bit & 1U) != 0) return static_cast<Label>(bit);
  }
  return Label::global;
}

std::string_view name_of(Label label) {
  constexpr std::array<std::string_view, 14> kNames{"data",    "shape",    "rank",     "dtype", "device",
                                                    "layout",  "gradient", "argument", "state", "training",
                                                    "tracing", "mode",     "random",   "mode"};
  return kNames[static_cast<std::size_t>(label)];
}

std::string_view branch_rule(Label label) {
  switch (label) {
    case Label::data:
      return "data-dependent-branch";
    case Label::state:
      return "state-dependent-branch";
    case Label::training:
    case Label::tracing:
    case Label::exporting:
    case Label::gradient:
    case Label::global:
      return "mode-dependent-branch";
    case Label::argument:
      return "argument-dependent-branch";
    default:
      return "shape-dependent-branch";
  }
}

std::string_view loop_rule(Label label) {
  switch (label) {
    case Label::data:
      return "data-dependent-loop";
    case Label::shape:
    case Label::rank:
    case Label::dtype:
    case Label::device:
    case Label::layout:
    case Label::random:
      return "shape-dependent-loop";
    default:
      return branch_rule(label);
  }
}

Value merge(const Value& a, const Value& b) {
  Value merged = b;
  if (a.form != b.form) {
    const bool a_wins = b.form == Form::plain || (a.form == Form::tensor && b.form != Form::tensors);
    merged = a_wins ? a : b;
  }
  if (a.items.size() != b.items.size()) merged.items.clear();
  merged.labels = a.labels | b.labels;
  merged.is_data = a.is_data || b.is_data;
  merged.is_state = a.is_state || b.is_state;
  merged.is_parameter = a.is_parameter || b.is_parameter;
  if (merged.root.empty()) merged.root = a.root.empty() ? b.root : a.root;
  return merged;
}

Value combine(const Value& a, const Value& b) {
  Value result = plain(a.labels | b.labels, a.labels != 0 || b.root.empty() ? a.root : b.root);
  const auto is_told = [](const Value& value) { return value.labels == 0 || value.is_told; };
  result.is_told = is_told(a) && is_told(b);
  const auto either = [&](Form form) { return a.form == form || b.form == form; };
  const auto says_nothing = [](const Value& value) {
    return (value.form == Form::opaque || value.form == Form::attribute) && value.labels == 0;
  };
  const auto is_read = [](const Value& value) { return value.form == Form::plain && value.labels != 0; };
  if ((is_read(a) && says_nothing(b)) || (is_read(b) && says_nothing(a))) return result;
  if (either(Form::tensor)) {
    result.form = Form::tensor;
  } else if (either(Form::size)) {
    result.form = Form::size;
  } else if (either(Form::tensors)) {
    result.form = Form::tensors;
  } else if (either(Form::sizes)) {
    result.form = Form::sizes;
  } else if (either(Form::array)) {
    result.form = Form::array;
  } else if (either(Form::opaque) || either(Form::attribute)) {
    result.form = Form::opaque;
  }
  return result;
}

}  // namespace graphwitness::python
