#pragma once
/// Pieces of the shared IR as the messages that the onnx library's inference functions read.

#include <onnx/onnx_pb.h>

#include "graphwitness/ir/graph.h"

namespace graphwitness {

/// By TensorProto.DataType; 0: none.
std::int32_t onnx_dtype(DType dtype);
DType dtype_of_onnx(std::int32_t onnx_type);

/// Clears `proto` first. A type that ONNX cannot say leaves it without a value.
void write_type(const Graph& graph, TypeId type, onnx::TypeProto& proto);
void write_dim(const Graph& graph, const Dim& dim, onnx::TensorShapeProto::Dimension& proto);
Dim read_dim(const Graph& graph, const onnx::TensorShapeProto::Dimension& proto);

/// False when the tensor's data is not at hand.
bool write_tensor(const Graph& graph, TensorId tensor, onnx::TensorProto& proto);

/// `expected` settles what an empty list is a list of.
void write_attribute(const Graph& graph, const Attribute& attribute, onnx::AttributeProto::AttributeType expected,
                     onnx::AttributeProto& proto);
/// Whether the literal can be an attribute of that type.
bool is_attribute_of(const Graph& graph, const Literal& literal, onnx::AttributeProto::AttributeType type);
std::string_view name_of(onnx::AttributeProto::AttributeType type);

}  // namespace graphwitness
