#pragma once
/// Attributes of ONNX nodes as literals. Graphs are not among them: they become blocks of their node.
///
/// Lists of more than 4096 numbers become one-dimensional tensors. A sparse tensor is a dict of values, indices and
/// dims.

#include <onnx/onnx_pb.h>

#include "frontends/onnx/tensors.h"
#include "graphwitness/ir/builder.h"

namespace graphwitness {

/// The declared type, or for files of IR version 1, which have none, what is there.
onnx::AttributeProto::AttributeType type_of(const onnx::AttributeProto& attribute);
bool holds_graphs(const onnx::AttributeProto& attribute);

class AttributeMapper {
 public:
  AttributeMapper(GraphBuilder& builder, TensorMapper& tensors) : builder_(builder), tensors_(tensors) {}

  LiteralId map(const onnx::AttributeProto& attribute);

 private:
  LiteralId map(const onnx::SparseTensorProto& tensor);
  LiteralId map_type(const onnx::TypeProto& type);
  template <class Items, class Map>
  LiteralId map_list(const Items& items, Map map_item);

  GraphBuilder& builder_;
  TensorMapper& tensors_;
};

}  // namespace graphwitness
