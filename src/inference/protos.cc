#include "inference/protos.h"

#include <array>
#include <cstring>
#include <span>
#include <string>
#include <vector>

namespace graphwitness {
namespace {

// By TensorProto.DataType; the last ones are younger than onnx 1.12.
constexpr std::array kDTypes{
    DType::unknown, DType::f32,    DType::u8,      DType::i8,       DType::u16,        DType::i16,    DType::i32,
    DType::i64,     DType::string, DType::boolean, DType::f16,      DType::f64,        DType::u32,    DType::u64,
    DType::c64,     DType::c128,   DType::bf16,    DType::f8e4m3fn, DType::f8e4m3fnuz, DType::f8e5m2, DType::f8e5m2fnuz,
    DType::u4,      DType::i4,     DType::f4e2m1,  DType::f8e8m0,
};

using AttributeType = onnx::AttributeProto::AttributeType;

bool is_tensor_of_numbers(const Graph& graph, const Literal& literal) {
  if (literal.kind != Literal::Kind::tensor) return false;
  const Tensor& tensor = graph[TensorId{static_cast<std::uint32_t>(literal.bits)}];
  return graph[tensor.name].empty() && graph[graph[tensor.type].dims].size() == 1;
}

bool is_list_of(const Graph& graph, const Literal& literal, Literal::Kind kind) {
  if (literal.kind != Literal::Kind::list) return false;
  for (LiteralId element : graph[literal.elements]) {
    if (graph[element].kind != kind) return false;
  }
  return true;
}

template <class Number>
std::vector<Number> numbers_of(std::span<const std::byte> data) {
  std::vector<Number> numbers(data.size() / sizeof(Number));
  if (!numbers.empty()) std::memcpy(numbers.data(), data.data(), numbers.size() * sizeof(Number));
  return numbers;
}

TensorId tensor_of(const Literal& literal) { return TensorId{static_cast<std::uint32_t>(literal.bits)}; }

/// A long list of numbers is kept as a tensor.
void write_packed_list(const Graph& graph, const Literal& literal, onnx::AttributeProto& proto) {
  const Tensor& tensor = graph[tensor_of(literal)];
  const auto data = graph[tensor.data];
  if (graph[tensor.type].dtype == DType::i64) {
    proto.set_type(onnx::AttributeProto::INTS);
    for (const std::int64_t value : numbers_of<std::int64_t>(data)) proto.add_ints(value);
    return;
  }
  proto.set_type(onnx::AttributeProto::FLOATS);
  for (const float value : numbers_of<float>(data)) proto.add_floats(value);
}

void write_list(const Graph& graph, const Literal& literal, AttributeType expected, onnx::AttributeProto& proto) {
  proto.set_type(expected);
  for (LiteralId id : graph[literal.elements]) {
    const Literal& element = graph[id];
    switch (element.kind) {
      case Literal::Kind::integer:
        proto.set_type(onnx::AttributeProto::INTS);
        proto.add_ints(element.bits);
        break;
      case Literal::Kind::floating:
        proto.set_type(onnx::AttributeProto::FLOATS);
        proto.add_floats(static_cast<float>(graph.floating(element)));
        break;
      case Literal::Kind::string:
        proto.set_type(onnx::AttributeProto::STRINGS);
        proto.add_strings(std::string(graph.text(element)));
        break;
      case Literal::Kind::tensor:
        proto.set_type(onnx::AttributeProto::TENSORS);
        write_tensor(graph, tensor_of(element), *proto.add_tensors());
        break;
      default:
        break;
    }
  }
}

/// Dictionary of `values`, `indices` and `dims`.
void write_sparse(const Graph& graph, const Literal& literal, onnx::SparseTensorProto& proto) {
  const auto entries = graph[literal.elements];
  for (std::size_t i = 0; i + 1 < entries.size(); i += 2) {
    const std::string_view key = graph.text(graph[entries[i]]);
    const Literal& value = graph[entries[i + 1]];
    if (key == "values") write_tensor(graph, tensor_of(value), *proto.mutable_values());
    if (key == "indices") write_tensor(graph, tensor_of(value), *proto.mutable_indices());
    if (key != "dims") continue;
    for (LiteralId dim : graph[value.elements]) proto.add_dims(graph[dim].bits);
  }
}

}  // namespace

std::int32_t onnx_dtype(DType dtype) {
  for (std::size_t i = 0; i < kDTypes.size(); ++i) {
    if (kDTypes[i] == dtype) return static_cast<std::int32_t>(i);
  }
  return 0;
}

DType dtype_of_onnx(std::int32_t onnx_type) {
  const auto index = static_cast<std::uint32_t>(onnx_type);
  return index < kDTypes.size() ? kDTypes[index] : DType::unknown;
}

void write_dim(const Graph& graph, const Dim& dim, onnx::TensorShapeProto::Dimension& proto) {
  if (dim.extent != Dim::kUnknown) {
    proto.set_dim_value(dim.extent);
  } else if (dim.name) {
    const std::string_view name = graph[dim.name];
    proto.set_dim_param(name.data(), name.size());
  }
}

Dim read_dim(const Graph& graph, const onnx::TensorShapeProto::Dimension& proto) {
  Dim dim;
  if (proto.has_dim_value() && proto.dim_value() >= 0) dim.extent = proto.dim_value();
  if (proto.has_dim_param()) dim.name = graph.find_symbol(proto.dim_param());
  return dim;
}

void write_type(const Graph& graph, TypeId id, onnx::TypeProto& proto) {
  proto.Clear();
  onnx::TypeProto* out = &proto;
  while (true) {
    const Type& type = graph[id];
    switch (type.kind) {
      case Type::Kind::tensor: {
        auto& tensor = *out->mutable_tensor_type();
        tensor.set_elem_type(onnx_dtype(type.dtype));
        if (!type.ranked) return;
        auto& shape = *tensor.mutable_shape();
        for (const Dim& dim : graph[type.dims]) write_dim(graph, dim, *shape.add_dim());
        return;
      }
      case Type::Kind::list:
        out = out->mutable_sequence_type()->mutable_elem_type();
        id = graph[type.args][0];
        continue;
      case Type::Kind::optional:
        out = out->mutable_optional_type()->mutable_elem_type();
        id = graph[type.args][0];
        continue;
      case Type::Kind::dict:
        out->mutable_map_type()->set_key_type(onnx_dtype(graph[graph[type.args][0]].dtype));
        out = out->mutable_map_type()->mutable_value_type();
        id = graph[type.args][1];
        continue;
      default:
        return;
    }
  }
}

bool write_tensor(const Graph& graph, TensorId id, onnx::TensorProto& proto) {
  proto.Clear();
  const Tensor& tensor = graph[id];
  const Type& type = graph[tensor.type];
  proto.set_data_type(onnx_dtype(type.dtype));
  std::int64_t elements = 1;
  for (const Dim& dim : graph[type.dims]) {
    proto.add_dims(dim.extent);
    elements *= dim.extent;
  }
  const auto data = graph[tensor.data];
  if (type.dtype == DType::string || (data.empty() && elements != 0)) return false;
  proto.set_raw_data(data.data(), data.size());
  return true;
}

void write_attribute(const Graph& graph, const Attribute& attribute, AttributeType expected,
                     onnx::AttributeProto& proto) {
  proto.Clear();
  proto.set_name(std::string(graph[attribute.name]));
  const Literal& literal = graph[attribute.value];
  switch (literal.kind) {
    case Literal::Kind::integer:
    case Literal::Kind::boolean:
      proto.set_type(onnx::AttributeProto::INT);
      proto.set_i(literal.bits);
      return;
    case Literal::Kind::floating:
      proto.set_type(onnx::AttributeProto::FLOAT);
      proto.set_f(static_cast<float>(graph.floating(literal)));
      return;
    case Literal::Kind::string:
      proto.set_type(onnx::AttributeProto::STRING);
      proto.set_s(std::string(graph.text(literal)));
      return;
    case Literal::Kind::tensor:
      if (expected == onnx::AttributeProto::INTS || expected == onnx::AttributeProto::FLOATS) {
        return write_packed_list(graph, literal, proto);
      }
      proto.set_type(onnx::AttributeProto::TENSOR);
      write_tensor(graph, tensor_of(literal), *proto.mutable_t());
      return;
    case Literal::Kind::type:
      proto.set_type(onnx::AttributeProto::TYPE_PROTO);
      write_type(graph, TypeId{static_cast<std::uint32_t>(literal.bits)}, *proto.mutable_tp());
      return;
    case Literal::Kind::dict:
      proto.set_type(onnx::AttributeProto::SPARSE_TENSOR);
      return write_sparse(graph, literal, *proto.mutable_sparse_tensor());
    case Literal::Kind::list:
      return write_list(graph, literal, expected, proto);
    default:
      return;
  }
}

bool is_attribute_of(const Graph& graph, const Literal& literal, AttributeType type) {
  using A = onnx::AttributeProto;
  switch (type) {
    case A::INT:
      return literal.kind == Literal::Kind::integer;
    case A::FLOAT:
      return literal.kind == Literal::Kind::floating;
    case A::STRING:
      return literal.kind == Literal::Kind::string;
    case A::TENSOR:
      return literal.kind == Literal::Kind::tensor;
    case A::TYPE_PROTO:
      return literal.kind == Literal::Kind::type;
    case A::SPARSE_TENSOR:
      return literal.kind == Literal::Kind::dict;
    case A::INTS:
      return is_list_of(graph, literal, Literal::Kind::integer) || is_tensor_of_numbers(graph, literal);
    case A::FLOATS:
      return is_list_of(graph, literal, Literal::Kind::floating) || is_tensor_of_numbers(graph, literal);
    case A::STRINGS:
      return is_list_of(graph, literal, Literal::Kind::string);
    case A::TENSORS:
      return is_list_of(graph, literal, Literal::Kind::tensor);
    case A::TYPE_PROTOS:
      return is_list_of(graph, literal, Literal::Kind::type);
    case A::SPARSE_TENSORS:
      return is_list_of(graph, literal, Literal::Kind::dict);
    default:
      return false;  // graphs are blocks
  }
}

std::string_view name_of(AttributeType type) {
  using A = onnx::AttributeProto;
  switch (type) {
    case A::INT:
      return "an integer";
    case A::FLOAT:
      return "a float";
    case A::STRING:
      return "a string";
    case A::TENSOR:
      return "a tensor";
    case A::TYPE_PROTO:
      return "a type";
    case A::SPARSE_TENSOR:
      return "a sparse tensor";
    case A::INTS:
      return "integers";
    case A::FLOATS:
      return "floats";
    case A::STRINGS:
      return "strings";
    case A::TENSORS:
      return "tensors";
    case A::TYPE_PROTOS:
      return "types";
    case A::SPARSE_TENSORS:
      return "sparse tensors";
    case A::GRAPH:
      return "a graph";
    case A::GRAPHS:
      return "graphs";
    default:
      return "nothing";
  }
}

}  // namespace graphwitness
