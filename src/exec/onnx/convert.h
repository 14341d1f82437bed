#pragma once
/// Values between this house and ONNX Runtime.
///
/// Limits: tensors of the types that have a name in exec/dtype.h, strings, sequences, maps and optionals of them.
/// Sparse tensors and types of less than a byte come out as `opaque` and cannot be given.

#include <string>

#include "exec/onnx/onnxruntime.h"
#include "exec/value.h"

namespace graphwitness::exec::onnx {

/// Throws InputError for what is nested too deep.
Value from_ort(const Ort::Value& value);

/// As an input of this type takes it: numbers of Python become tensors. Copies. Throws InputError for what does not
/// fit.
Ort::Value to_ort(const Value& value, const Ort::TypeInfo& expected);

/// "float32[batch, 3]", "list(float32[?])", "optional(list(int64[]))".
std::string spell(const Ort::TypeInfo& type);

}  // namespace graphwitness::exec::onnx
