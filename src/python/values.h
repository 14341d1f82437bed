#pragma once
/// What is known of a Python value while it is followed through a function.

#include <cstdint>
#include <string_view>
#include <vector>

#include "python/losses.h"

namespace graphwitness::python {

using Labels = std::uint16_t;
constexpr Labels mask_of(Label label) { return static_cast<Labels>(1U << static_cast<unsigned>(label)); }
inline constexpr Labels kData = mask_of(Label::data);
inline constexpr Labels kShape = mask_of(Label::shape);
inline constexpr Labels kMetadata = mask_of(Label::rank) | mask_of(Label::layout);

/// The strongest label of a set that is not empty.
Label strongest(Labels labels);

struct Value {
  enum class Form : std::uint8_t {
    plain,      ///< a Python value; with labels it was read off a tensor and is a constant in the trace
    tensor,     ///< followed by the trace
    size,       ///< a number read from a shape, which the trace follows until Python looks at it
    sizes,      ///< a torch.Size
    tensors,    ///< a list, tuple or dictionary of tensors; labels: what its length hangs on
    range,      ///< range() over something labelled that nobody has looked at yet
    array,      ///< shares the memory of a tensor, unseen by the trace
    opaque,     ///< the result of code that is not known
    self,       ///< the module
    attribute,  ///< an attribute of the module, of which nothing else is known
    callable,   ///< a lambda or function of this file
  };
  Form form = Form::plain;
  Labels labels = 0;
  std::string_view root{};            ///< the variable or attribute it began as
  bool is_data = false;               ///< `x.data`: writes to it are not recorded
  bool is_state = false;              ///< began as an attribute of the module
  bool is_parameter = false;          ///< an argument of the function, or a view of one
  std::vector<Value> items{};         ///< of a tuple or list whose items are known
  bool is_told = false;               ///< what is lost of it was reported where it was read
  std::uint32_t function = kNothing;  ///< of a callable
  ExprIndex lambda = kNothing;        ///< of a callable

  bool is_labelled() const { return labels != 0; }
  bool is_followed() const {
    return form == Form::tensor || form == Form::size || form == Form::sizes || form == Form::tensors;
  }
};

inline Value plain(Labels labels = 0, std::string_view root = {}) {
  Value value;
  value.labels = labels;
  value.root = root;
  return value;
}
inline Value made(Value::Form form, Labels labels, std::string_view root) {
  Value value = plain(labels, root);
  value.form = form;
  return value;
}

/// What either of two values may be.
Value merge(const Value& a, const Value& b);
/// What a computation with both yields.
Value combine(const Value& a, const Value& b);

}  // namespace graphwitness::python
