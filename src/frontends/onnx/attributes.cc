#include "frontends/onnx/attributes.h"

#include <array>
#include <vector>

#include "frontends/onnx/types.h"

namespace graphwitness {
namespace {

constexpr int kLongList = 4096;

}  // namespace

onnx::AttributeProto::AttributeType type_of(const onnx::AttributeProto& attribute) {
  using A = onnx::AttributeProto;
  if (attribute.type() != A::UNDEFINED) return attribute.type();
  if (attribute.has_f()) return A::FLOAT;
  if (attribute.has_i()) return A::INT;
  if (attribute.has_s()) return A::STRING;
  if (attribute.has_t()) return A::TENSOR;
  if (attribute.has_g()) return A::GRAPH;
  if (attribute.has_sparse_tensor()) return A::SPARSE_TENSOR;
  if (attribute.has_tp()) return A::TYPE_PROTO;
  if (attribute.floats_size() > 0) return A::FLOATS;
  if (attribute.ints_size() > 0) return A::INTS;
  if (attribute.strings_size() > 0) return A::STRINGS;
  if (attribute.tensors_size() > 0) return A::TENSORS;
  if (attribute.graphs_size() > 0) return A::GRAPHS;
  if (attribute.sparse_tensors_size() > 0) return A::SPARSE_TENSORS;
  if (attribute.type_protos_size() > 0) return A::TYPE_PROTOS;
  return A::UNDEFINED;
}

bool holds_graphs(const onnx::AttributeProto& attribute) {
  const auto type = type_of(attribute);
  return type == onnx::AttributeProto::GRAPH || type == onnx::AttributeProto::GRAPHS;
}

template <class Items, class Map>
LiteralId AttributeMapper::map_list(const Items& items, Map map_item) {
  std::vector<LiteralId> elements;
  elements.reserve(static_cast<std::size_t>(items.size()));
  for (const auto& item : items) elements.push_back(map_item(item));
  return builder_.sequence(Literal::Kind::list, elements);
}

LiteralId AttributeMapper::map_type(const onnx::TypeProto& type) {
  TypeId id = graphwitness::type_of(type, builder_);
  if (!id) id = builder_.type(Type::Kind::unknown);
  return builder_.type_literal(id);
}

LiteralId AttributeMapper::map(const onnx::SparseTensorProto& tensor) {
  const std::array entries{
      builder_.string("values"),  builder_.tensor(tensors_.map(tensor.values()).id),
      builder_.string("indices"), builder_.tensor(tensors_.map(tensor.indices()).id),
      builder_.string("dims"),    map_list(tensor.dims(), [&](std::int64_t dim) { return builder_.integer(dim); }),
  };
  return builder_.sequence(Literal::Kind::dict, entries);
}

LiteralId AttributeMapper::map(const onnx::AttributeProto& attribute) {
  using A = onnx::AttributeProto;
  switch (type_of(attribute)) {
    case A::FLOAT:
      return builder_.floating(static_cast<double>(attribute.f()));
    case A::INT:
      return builder_.integer(attribute.i());
    case A::STRING:
      return builder_.string(attribute.s());
    case A::TENSOR:
      return builder_.tensor(tensors_.map(attribute.t()).id);
    case A::SPARSE_TENSOR:
      return map(attribute.sparse_tensor());
    case A::TYPE_PROTO:
      return map_type(attribute.tp());
    case A::FLOATS: {
      const auto& floats = attribute.floats();
      if (floats.size() > kLongList) {
        return builder_.tensor(tensors_.map_list(DType::f32, static_cast<std::uint64_t>(floats.size()), floats.data()));
      }
      return map_list(floats, [&](float value) { return builder_.floating(static_cast<double>(value)); });
    }
    case A::INTS: {
      const auto& ints = attribute.ints();
      if (ints.size() > kLongList) {
        return builder_.tensor(tensors_.map_list(DType::i64, static_cast<std::uint64_t>(ints.size()), ints.data()));
      }
      return map_list(ints, [&](std::int64_t value) { return builder_.integer(value); });
    }
    case A::STRINGS:
      return map_list(attribute.strings(), [&](const std::string& value) { return builder_.string(value); });
    case A::TENSORS:
      return map_list(attribute.tensors(), [&](const auto& value) { return builder_.tensor(tensors_.map(value).id); });
    case A::SPARSE_TENSORS:
      return map_list(attribute.sparse_tensors(), [&](const auto& value) { return map(value); });
    case A::TYPE_PROTOS:
      return map_list(attribute.type_protos(), [&](const auto& value) { return map_type(value); });
    default:
      return builder_.literal(Literal::Kind::none);
  }
}

}  // namespace graphwitness
