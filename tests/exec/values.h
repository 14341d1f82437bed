#pragma once
/// Short spellings of values for tests.

#include <initializer_list>
#include <string>
#include <vector>

#include "exec/value.h"

namespace graphwitness::exec {

template <typename T>
Value tensor_of(DType dtype, std::vector<std::int64_t> sizes, std::initializer_list<T> elements) {
  std::string bytes;
  for (const T& element : elements) bytes.append(reinterpret_cast<const char*>(&element), sizeof(T));
  return Value::of(Tensor{.dtype = dtype, .sizes = std::move(sizes), .bytes = std::move(bytes)});
}

inline Value floats(std::initializer_list<float> elements) {
  return tensor_of<float>(DType::f32, {static_cast<std::int64_t>(elements.size())}, elements);
}

inline Value text(const char* value) { return Value::of(std::string(value)); }
inline Value integer(std::int64_t value) { return Value::of(value); }

}  // namespace graphwitness::exec
