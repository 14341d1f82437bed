#pragma once
/// The numbers that ONNX has for element types (TensorProto.DataType), which ONNX Runtime's are equal to.

#include "graphwitness/ir/graph.h"

namespace graphwitness::exec {

/// `unknown` for types that are not run.
DType dtype_of_onnx(int number);
/// 0 for types that ONNX does not have.
int onnx_number_of(DType dtype);

}  // namespace graphwitness::exec
