#pragma once
/// Sequences without items and optionals without a value: ONNX Runtime's interface cannot make them, but models can, so
/// each comes from a model of one node.

#include "exec/onnx/onnxruntime.h"

namespace graphwitness::exec::onnx {

/// Throws InputError for an element that is no tensor.
Ort::Value empty_sequence(const Ort::TypeInfo& element);
/// Throws InputError for what optionals cannot contain.
Ort::Value empty_optional(const Ort::TypeInfo& contained);

}  // namespace graphwitness::exec::onnx
