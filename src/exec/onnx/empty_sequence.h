#pragma once
/// A sequence without items: ONNX Runtime's interface cannot make one, but a model of one node can.

#include "exec/onnx/onnxruntime.h"

namespace graphwitness::exec::onnx {

/// Throws InputError for an element that is no tensor.
Ort::Value empty_sequence(const Ort::TypeInfo& element);

}  // namespace graphwitness::exec::onnx
