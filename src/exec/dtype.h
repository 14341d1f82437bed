#pragma once
/// Element types of tensors that models take and give: their names as PyTorch spells them, and their sizes.
/// Limits: whole-byte types that LibTorch or ONNX Runtime can run with; quantised types, 4 and 8 bit floats have no
/// name here.

#include <cstddef>
#include <optional>
#include <string_view>

#include "graphwitness/ir/graph.h"

namespace graphwitness::exec {

/// "float32"; "" for types that are not run.
std::string_view torch_name(DType dtype);
/// Also the short spellings `float`, `double`, `half`, `long`, `int`.
std::optional<DType> dtype_named(std::string_view name);
/// Bytes of one element; 0 for strings, which have no size of their own, and for types that are not run.
std::size_t size_of(DType dtype);
bool is_unsigned(DType dtype);
bool is_floating(DType dtype);
bool is_complex(DType dtype);

}  // namespace graphwitness::exec
