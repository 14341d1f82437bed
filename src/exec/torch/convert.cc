#include "exec/torch/convert.h"

#include <ATen/ATen.h>

#include <cstring>
#include <sstream>

#include "exec/dtype.h"
#include "graphwitness/support/error.h"

namespace graphwitness::exec::worker {
namespace {

DType dtype_of(at::ScalarType type) {
  switch (type) {
    case at::kBool:
      return DType::boolean;
    case at::kByte:
      return DType::u8;
    case at::kChar:
      return DType::i8;
    case at::kShort:
      return DType::i16;
    case at::kInt:
      return DType::i32;
    case at::kLong:
      return DType::i64;
    case at::kHalf:
      return DType::f16;
    case at::kBFloat16:
      return DType::bf16;
    case at::kFloat:
      return DType::f32;
    case at::kDouble:
      return DType::f64;
    case at::kComplexHalf:
      return DType::c32;
    case at::kComplexFloat:
      return DType::c64;
    case at::kComplexDouble:
      return DType::c128;
    default:
      return DType::unknown;
  }
}

at::ScalarType scalar_type_of(DType dtype) {
  switch (dtype) {
    case DType::boolean:
      return at::kBool;
    case DType::u8:
      return at::kByte;
    case DType::i8:
      return at::kChar;
    case DType::i16:
      return at::kShort;
    case DType::i32:
      return at::kInt;
    case DType::i64:
      return at::kLong;
    case DType::f16:
      return at::kHalf;
    case DType::bf16:
      return at::kBFloat16;
    case DType::f32:
      return at::kFloat;
    case DType::f64:
      return at::kDouble;
    case DType::c32:
      return at::kComplexHalf;
    case DType::c64:
      return at::kComplexFloat;
    case DType::c128:
      return at::kComplexDouble;
    default:
      throw InputError("a tensor of a type that cannot be run");
  }
}

Value opaque(std::string text) { return {.kind = Value::Kind::opaque, .text = std::move(text)}; }

Value from_tensor(at::Tensor tensor) {
  if (!tensor.defined()) return {};
  if (tensor.is_quantized()) tensor = tensor.dequantize();
  if (tensor.layout() != at::kStrided) tensor = tensor.to_dense();
  Tensor result{.dtype = dtype_of(tensor.scalar_type())};
  if (result.dtype == DType::unknown || tensor.device().is_meta()) {
    return opaque(std::string("tensor of ") + c10::toString(tensor.scalar_type()));
  }
  result.requires_grad = tensor.is_leaf() && tensor.requires_grad();
  tensor = tensor.detach().cpu().resolve_conj().resolve_neg().contiguous();
  result.sizes = tensor.sizes().vec();
  const std::size_t size = static_cast<std::size_t>(tensor.numel()) * static_cast<std::size_t>(tensor.element_size());
  if (size != 0) result.bytes.assign(static_cast<const char*>(tensor.data_ptr()), size);
  return Value::of(std::move(result));
}

Value from_at_depth(const c10::IValue& value, int depth);

Value from_items(Value result, const auto& items, int depth) {
  result.items.reserve(items.size());
  for (const c10::IValue& item : items) result.items.push_back(from_at_depth(item, depth + 1));
  return result;
}

Value from_at_depth(const c10::IValue& value, int depth) {
  if (depth > kDeepestValue) throw InputError("a value is nested too deep to be compared");
  if (value.isNone()) return {};
  if (value.isTensor()) return from_tensor(value.toTensor());
  if (value.isBool()) return Value::of(value.toBool());
  if (value.isInt()) return Value::of(value.toInt());
  if (value.isDouble()) return Value::of(value.toDouble());
  if (value.isComplexDouble()) {
    const c10::complex<double> number = value.toComplexDouble();
    return {.kind = Value::Kind::complex, .real = number.real(), .imaginary = number.imag()};
  }
  if (value.isString()) return Value::of(value.toStringRef());
  if (value.isTuple()) return from_items(Value::tuple({}), value.toTupleRef().elements(), depth);
  if (value.isList()) return from_items(Value::list({}), value.toListRef(), depth);
  if (value.isGenericDict()) {
    Value result = Value::dict({});
    for (const auto& entry : value.toGenericDict()) {
      result.items.push_back(from_at_depth(entry.key(), depth + 1));
      result.items.push_back(from_at_depth(entry.value(), depth + 1));
    }
    return result;
  }
  if (value.isFuture()) {
    value.toFuture()->wait();
    return from_at_depth(value.toFuture()->value(), depth + 1);
  }
  if (value.isDevice()) return opaque(value.toDevice().str());
  return opaque(value.type()->str());
}

at::Tensor to_tensor(const Tensor& value, at::Device device) {
  at::Tensor tensor = at::empty(value.sizes, at::TensorOptions().dtype(scalar_type_of(value.dtype)));
  if (!value.bytes.empty()) std::memcpy(tensor.data_ptr(), value.bytes.data(), value.bytes.size());
  if (!device.is_cpu()) tensor = tensor.to(device);
  return value.requires_grad ? tensor.set_requires_grad(true) : tensor;
}

/// What a list of this type holds, or the first item's type where nothing is expected.
c10::TypePtr element_type(const c10::TypePtr& expected, const std::vector<c10::IValue>& items) {
  if (const auto* list = expected ? expected->castRaw<c10::ListType>() : nullptr) return list->getElementType();
  return items.empty() ? c10::TypePtr(c10::TensorType::get()) : items.front().type();
}

c10::IValue to_list(const Value& value, const c10::TypePtr& expected, at::Device device) {
  const auto* type = expected ? expected->castRaw<c10::ListType>() : nullptr;
  std::vector<c10::IValue> items;
  for (const Value& item : value.items)
    items.push_back(to_torch(item, type ? type->getElementType() : nullptr, device));
  c10::impl::GenericList list(element_type(expected, items));
  for (c10::IValue& item : items) list.push_back(std::move(item));
  return list;
}

c10::IValue to_tuple(const Value& value, const c10::TypePtr& expected, at::Device device) {
  const auto* type = expected ? expected->castRaw<c10::TupleType>() : nullptr;
  std::vector<c10::IValue> items;
  for (std::size_t i = 0; i < value.items.size(); ++i) {
    const bool known = type != nullptr && i < type->elements().size();
    items.push_back(to_torch(value.items[i], known ? type->elements()[i] : nullptr, device));
  }
  if (type != nullptr && type->schema() && type->elements().size() == items.size()) {
    return c10::ivalue::Tuple::createNamed(std::move(items), expected->cast<c10::TupleType>());
  }
  return c10::ivalue::Tuple::create(std::move(items));
}

c10::IValue to_dict(const Value& value, const c10::TypePtr& expected, at::Device device) {
  const auto* type = expected ? expected->castRaw<c10::DictType>() : nullptr;
  std::vector<c10::IValue> items;
  for (std::size_t i = 0; i < value.items.size(); ++i) {
    const c10::TypePtr item_type = type == nullptr ? nullptr : i % 2 == 0 ? type->getKeyType() : type->getValueType();
    items.push_back(to_torch(value.items[i], item_type, device));
  }
  const bool empty = items.empty();
  const c10::TypePtr key = type ? type->getKeyType() : empty ? c10::TypePtr(c10::StringType::get()) : items[0].type();
  const c10::TypePtr mapped = type    ? type->getValueType()
                              : empty ? c10::TypePtr(c10::TensorType::get())
                                      : items[1].type();
  c10::impl::GenericDict dict(key, mapped);
  for (std::size_t i = 0; i < items.size(); i += 2) dict.insert_or_assign(items[i], items[i + 1]);
  return dict;
}

}  // namespace

Value from_torch(const c10::IValue& value) { return from_at_depth(value, 0); }

c10::IValue to_torch(const Value& value, const c10::TypePtr& expected, at::Device device) {
  if (const auto* optional = expected ? expected->castRaw<c10::OptionalType>() : nullptr) {
    return to_torch(value, value.kind == Value::Kind::none ? nullptr : optional->getElementType(), device);
  }
  switch (value.kind) {
    case Value::Kind::none:
      return {};
    case Value::Kind::boolean:
      return value.integer != 0;
    case Value::Kind::integer:
      if (expected && expected->kind() == c10::TypeKind::FloatType) return static_cast<double>(value.integer);
      return value.integer;
    case Value::Kind::floating:
      return value.real;
    case Value::Kind::complex:
      return c10::complex<double>(value.real, value.imaginary);
    case Value::Kind::string:
      return value.text;
    case Value::Kind::tensor:
      return to_tensor(value.tensor, device);
    case Value::Kind::list:
      return to_list(value, expected, device);
    case Value::Kind::tuple:
      return to_tuple(value, expected, device);
    case Value::Kind::dict:
      return to_dict(value, expected, device);
    case Value::Kind::opaque:
      break;
  }
  throw InputError("an object cannot be given to a model");
}

}  // namespace graphwitness::exec::worker
