#pragma once
/// Arrays as NumPy saves them: the bytes of one `.npy` file.
///
/// Limits: bools, integers, floats and complex numbers of the types that models take, either byte order, either order
/// of dimensions; no objects, records or text. Nothing is executed.

#include <string>
#include <string_view>

#include "exec/value.h"

namespace graphwitness::exec {

bool is_npy(std::string_view bytes);
/// Throws InputError that says what is wrong, without the file's name.
Tensor read_npy(std::string_view bytes);
bool has_numpy_type(DType dtype);
/// Throws InputError for what NumPy has no type for.
std::string write_npy(const Tensor& tensor);

}  // namespace graphwitness::exec
