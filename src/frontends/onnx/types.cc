#include "frontends/onnx/types.h"

#include <array>
#include <string>
#include <vector>

namespace graphwitness {
namespace {

// By TensorProto.DataType. Numbers, not enumerators: the last ones are younger than onnx 1.12.
constexpr std::array kDTypes{
    DType::unknown, DType::f32,    DType::u8,      DType::i8,       DType::u16,        DType::i16,    DType::i32,
    DType::i64,     DType::string, DType::boolean, DType::f16,      DType::f64,        DType::u32,    DType::u64,
    DType::c64,     DType::c128,   DType::bf16,    DType::f8e4m3fn, DType::f8e4m3fnuz, DType::f8e5m2, DType::f8e5m2fnuz,
    DType::u4,      DType::i4,     DType::f4e2m1,  DType::f8e8m0,
};

TypeId tensor_type_of(std::int32_t element, bool ranked, const onnx::TensorShapeProto& shape, GraphBuilder& builder) {
  if (!ranked) return builder.tensor_type(dtype_of(element));
  std::vector<Dim> dims;
  dims.reserve(static_cast<std::size_t>(shape.dim_size()));
  for (const auto& dim : shape.dim()) {
    Dim& out = dims.emplace_back();
    if (dim.has_dim_value() && dim.dim_value() >= 0) out.extent = dim.dim_value();
    if (dim.has_dim_param() && !dim.dim_param().empty()) out.name = builder.intern(dim.dim_param());
  }
  return builder.tensor_type(dtype_of(element), dims);
}

TypeId known_type_of(const onnx::TypeProto& type, GraphBuilder& builder) {
  const TypeId id = type_of(type, builder);
  return id ? id : builder.type(Type::Kind::unknown);
}

TypeId wrap(Type::Kind kind, const onnx::TypeProto& element, GraphBuilder& builder) {
  const std::array args{known_type_of(element, builder)};
  return builder.type(kind, args);
}

}  // namespace

DType dtype_of(std::int32_t onnx_type) {
  const auto index = static_cast<std::uint32_t>(onnx_type);
  return index < kDTypes.size() ? kDTypes[index] : DType::unknown;
}

TypeId type_of(const onnx::TypeProto& type, GraphBuilder& builder) {
  switch (type.value_case()) {
    case onnx::TypeProto::kTensorType: {
      const auto& tensor = type.tensor_type();
      return tensor_type_of(tensor.elem_type(), tensor.has_shape(), tensor.shape(), builder);
    }
    case onnx::TypeProto::kSparseTensorType: {
      const auto& tensor = type.sparse_tensor_type();
      return tensor_type_of(tensor.elem_type(), tensor.has_shape(), tensor.shape(), builder);
    }
    case onnx::TypeProto::kSequenceType:
      return wrap(Type::Kind::list, type.sequence_type().elem_type(), builder);
    case onnx::TypeProto::kOptionalType:
      return wrap(Type::Kind::optional, type.optional_type().elem_type(), builder);
    case onnx::TypeProto::kMapType: {
      const std::array args{builder.scalar(dtype_of(type.map_type().key_type())),
                            known_type_of(type.map_type().value_type(), builder)};
      return builder.type(Type::Kind::dict, args);
    }
    case onnx::TypeProto::kOpaqueType: {
      const auto& opaque = type.opaque_type();
      const std::string name = opaque.domain().empty() ? opaque.name() : opaque.domain() + "." + opaque.name();
      return builder.type(Type::Kind::opaque, {}, builder.intern(name));
    }
    default:
      return {};
  }
}

}  // namespace graphwitness
