#pragma once
/// ONNX types as types of the IR: sequence is list, map is dict, a sparse tensor is a tensor (the IR knows no layout).
///
/// Denotations are dropped. A dimension that is negative is unknown: exporters write -1 for that.

#include <onnx/onnx_pb.h>

#include <cstdint>

#include "graphwitness/ir/builder.h"

namespace graphwitness {

/// `unknown` for numbers that ONNX did not define when this was written.
DType dtype_of(std::int32_t onnx_type);

/// None when the message says nothing. Recursion is bounded: strip_weights let only 32 levels through.
TypeId type_of(const onnx::TypeProto& type, GraphBuilder& builder);

}  // namespace graphwitness
