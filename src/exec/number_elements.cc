#include "exec/number_elements.h"

#include "exec/dtype.h"
#include "exec/half.h"

namespace graphwitness::exec {

bool is_number(const Value& value) {
  return value.kind == Value::Kind::boolean || value.kind == Value::Kind::integer ||
         value.kind == Value::Kind::floating;
}

std::string element_bytes(const Value& number, DType dtype) {
  const auto bytes = [](auto value) { return std::string(reinterpret_cast<const char*>(&value), sizeof value); };
  if (is_floating(dtype)) {
    const double real = number.kind == Value::Kind::floating ? number.real : static_cast<double>(number.integer);
    if (dtype == DType::f64) return bytes(real);
    if (dtype == DType::f16) return bytes(half_of(static_cast<float>(real)));
    if (dtype == DType::bf16) return bytes(bfloat16_of(static_cast<float>(real)));
    return bytes(static_cast<float>(real));
  }
  if (number.kind == Value::Kind::floating || is_complex(dtype) || size_of(dtype) == 0) return {};
  return bytes(number.integer).substr(0, size_of(dtype));  // little-endian
}

}  // namespace graphwitness::exec
