#include "inference/type_store.h"

#include "inference/protos.h"

namespace graphwitness {

TypeStore::TypeStore(const Graph& graph) : graph_(graph), types_(graph.all_values().size()) {}

InferredType TypeStore::operator[](ValueId value) const {
  if (!value) return {};
  const Packed& packed = types_[value.raw];
  return {packed.is_tensor, packed.dtype, packed.ranked, std::span(dims_).subspan(packed.first, packed.count)};
}

const onnx::TypeProto* TypeStore::other(ValueId value) const {
  const auto found = others_.find(value.raw);
  return found == others_.end() ? nullptr : &found->second;
}

void TypeStore::set(ValueId value, DType dtype) {
  types_[value.raw] = {.dtype = dtype, .is_tensor = true, .ranked = false};
}

void TypeStore::set(ValueId value, DType dtype, std::span<const Dim> dims) {
  // `dims` may lie in dims_, which grows.
  const std::vector<Dim> copy(dims.begin(), dims.end());
  types_[value.raw] = {.first = static_cast<std::uint32_t>(dims_.size()),
                       .count = static_cast<std::uint32_t>(copy.size()),
                       .dtype = dtype,
                       .is_tensor = true,
                       .ranked = true};
  dims_.insert(dims_.end(), copy.begin(), copy.end());
}

void TypeStore::set(ValueId value, const InferredType& type) {
  if (!type.is_tensor) {
    types_[value.raw] = {};
  } else if (type.ranked) {
    set(value, type.dtype, type.dims);
  } else {
    set(value, type.dtype);
  }
}

InferredType TypeStore::of(TypeId type) const {
  const Type& declared = graph_[type];
  if (declared.kind != Type::Kind::tensor) return {};
  return {true, declared.dtype, declared.ranked, graph_[declared.dims]};
}

void TypeStore::set(ValueId value, TypeId declared) {
  const Type& type = graph_[declared];
  if (type.kind == Type::Kind::tensor) return set(value, of(declared));
  types_[value.raw] = {};
  if (type.kind == Type::Kind::unknown) return;
  onnx::TypeProto proto;
  write_type(graph_, declared, proto);
  if (proto.value_case() != onnx::TypeProto::VALUE_NOT_SET) others_.insert_or_assign(value.raw, std::move(proto));
}

void TypeStore::set(ValueId value, const onnx::TypeProto& type) {
  if (type.value_case() == onnx::TypeProto::VALUE_NOT_SET) return;
  if (type.has_tensor_type()) return set(value, read(type));
  types_[value.raw] = {};
  others_.insert_or_assign(value.raw, type);
}

bool TypeStore::write(ValueId value, onnx::TypeProto& proto) const {
  const Packed& packed = types_[value.raw];
  if (!packed.is_tensor) {
    const onnx::TypeProto* known = other(value);
    if (known != nullptr) proto = *known;
    return known != nullptr;
  }
  if (packed.dtype == DType::unknown && !packed.ranked) return false;
  proto.Clear();
  auto& tensor = *proto.mutable_tensor_type();
  tensor.set_elem_type(onnx_dtype(packed.dtype));
  if (!packed.ranked) return true;
  auto& shape = *tensor.mutable_shape();
  for (std::uint32_t i = 0; i < packed.count; ++i) write_dim(graph_, dims_[packed.first + i], *shape.add_dim());
  return true;
}

InferredType TypeStore::read(const onnx::TypeProto& type) {
  if (!type.has_tensor_type()) return {};
  const auto& tensor = type.tensor_type();
  InferredType read{.is_tensor = true, .dtype = dtype_of_onnx(tensor.elem_type()), .ranked = tensor.has_shape()};
  if (!read.ranked) return read;
  scratch_.clear();
  for (const auto& dim : tensor.shape().dim()) scratch_.push_back(read_dim(graph_, dim));
  read.dims = scratch_;
  return read;
}

}  // namespace graphwitness
