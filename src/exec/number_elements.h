#pragma once
/// Numbers of Python as elements of tensors: what is a number in one format may be a tensor in another.

#include <string>

#include "exec/value.h"

namespace graphwitness::exec {

/// A bool, int or float.
bool is_number(const Value& value);
/// The bytes of a number as an element of this type; "" where it has no place there (a float among integers).
std::string element_bytes(const Value& number, DType dtype);

}  // namespace graphwitness::exec
