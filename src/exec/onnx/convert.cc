#include "exec/onnx/convert.h"

#include <fmt/format.h>

#include <cstring>
#include <utility>
#include <vector>

#include "exec/dtype.h"
#include "exec/number_elements.h"
#include "exec/onnx/empty_sequence.h"
#include "exec/onnx_dtype.h"
#include "graphwitness/support/error.h"

namespace graphwitness::exec::onnx {
namespace {

Value opaque(std::string text) { return {.kind = Value::Kind::opaque, .text = std::move(text)}; }

Ort::AllocatorWithDefaultOptions& allocator() {
  static Ort::AllocatorWithDefaultOptions one;
  return one;
}

Value from_tensor(const Ort::Value& value) {
  const Ort::TensorTypeAndShapeInfo type = value.GetTensorTypeAndShapeInfo();
  Tensor tensor{.dtype = dtype_of_onnx(type.GetElementType()), .sizes = type.GetShape()};
  if (tensor.dtype == DType::unknown) return opaque(fmt::format("tensor of ONNX type {}", int{type.GetElementType()}));
  const std::size_t count = type.GetElementCount();
  if (tensor.dtype == DType::string) {
    for (std::size_t i = 0; i < count; ++i) tensor.strings.push_back(value.GetStringTensorElement(i));
    return Value::of(std::move(tensor));
  }
  const std::size_t size = count * size_of(tensor.dtype);
  if (size != 0) tensor.bytes.assign(static_cast<const char*>(value.GetTensorRawData()), size);
  return Value::of(std::move(tensor));
}

/// The keys or values of a map as plain values, since that is what dicts hold.
std::vector<Value> scalars_of(const Value& value) {
  std::vector<Value> scalars;
  const Tensor& tensor = value.tensor;
  for (const std::string& text : tensor.strings) scalars.push_back(Value::of(text));
  const std::size_t size = size_of(tensor.dtype);
  for (std::size_t at = 0; at + size <= tensor.bytes.size() && size != 0; at += size) {
    Tensor one{.dtype = tensor.dtype, .bytes = tensor.bytes.substr(at, size)};
    if (tensor.dtype != DType::i64) {
      scalars.push_back(Value::of(std::move(one)));
      continue;
    }
    std::int64_t number = 0;
    std::memcpy(&number, one.bytes.data(), sizeof number);
    scalars.push_back(Value::of(number));
  }
  return scalars;
}

Value from_at_depth(const Ort::Value& value, int depth);

Value from_map(const Ort::Value& value, int depth) {
  const std::vector<Value> keys = scalars_of(from_at_depth(value.GetValue(0, allocator()), depth + 1));
  const std::vector<Value> mapped = scalars_of(from_at_depth(value.GetValue(1, allocator()), depth + 1));
  Value dict = Value::dict({});
  for (std::size_t i = 0; i < keys.size() && i < mapped.size(); ++i) {
    dict.items.push_back(keys[i]);
    dict.items.push_back(mapped[i]);
  }
  return dict;
}

Value from_at_depth(const Ort::Value& value, int depth) {
  if (depth > kDeepestValue) throw InputError("a value is nested too deep to be compared");
  if (!value || !value.HasValue()) return {};
  switch (value.GetTypeInfo().GetONNXType()) {
    case ONNX_TYPE_TENSOR:
      return from_tensor(value);
    case ONNX_TYPE_SEQUENCE: {
      Value list = Value::list({});
      const std::size_t count = value.GetCount();
      for (std::size_t i = 0; i < count; ++i) {
        list.items.push_back(from_at_depth(value.GetValue(static_cast<int>(i), allocator()), depth + 1));
      }
      return list;
    }
    case ONNX_TYPE_MAP:
      return from_map(value, depth);
    case ONNX_TYPE_SPARSETENSOR:
      return opaque("sparse tensor");
    default:
      return opaque("value of a type of its own");
  }
}

[[noreturn]] void refuse(const Value& value, const Ort::TypeInfo& expected) {
  throw InputError(fmt::format("is {}, expected {}", describe(value), spell(expected)));
}

Ort::Value to_tensor(const Value& value, const Ort::TypeInfo& expected) {
  const auto type = expected.GetTensorTypeAndShapeInfo();
  const DType dtype = dtype_of_onnx(type.GetElementType());
  Tensor made;
  const Tensor* tensor = &value.tensor;
  if (is_number(value) || value.kind == Value::Kind::string) {
    // One number for `int64[1]` is meant as its only element.
    made = {.dtype = dtype, .sizes = std::vector<std::int64_t>(type.GetDimensionsCount(), 1)};
    if (value.kind == Value::Kind::string) {
      made.strings = {value.text};
    } else {
      made.bytes = element_bytes(value, dtype);
    }
    if (made.bytes.empty() && (dtype != DType::string || made.strings.empty())) refuse(value, expected);
    tensor = &made;
  } else if (value.kind != Value::Kind::tensor) {
    refuse(value, expected);
  }
  if (tensor->dtype != dtype) refuse(value, expected);
  Ort::Value result =
      Ort::Value::CreateTensor(allocator(), tensor->sizes.data(), tensor->sizes.size(), type.GetElementType());
  if (dtype == DType::string) {
    for (std::size_t i = 0; i < tensor->strings.size(); ++i) {
      result.FillStringTensorElement(tensor->strings[i].c_str(), i);
    }
  } else if (!tensor->bytes.empty()) {
    std::memcpy(result.GetTensorMutableRawData(), tensor->bytes.data(), tensor->bytes.size());
  }
  return result;
}

std::string spell_tensor(const Ort::TypeInfo& type) {
  const auto tensor = type.GetTensorTypeAndShapeInfo();
  const DType dtype = dtype_of_onnx(tensor.GetElementType());
  const std::vector<std::int64_t> sizes = tensor.GetShape();
  std::vector<const char*> names(sizes.size());
  tensor.GetSymbolicDimensions(names.data(), names.size());
  std::string dims;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const bool named = names[i] != nullptr && *names[i] != '\0';
    const std::string size = sizes[i] >= 0 ? std::to_string(sizes[i]) : named ? names[i] : "?";
    dims += (i == 0 ? "" : ", ") + size;
  }
  const std::string name =
      dtype == DType::unknown ? fmt::format("type {}", int{tensor.GetElementType()}) : std::string(torch_name(dtype));
  return fmt::format("{}[{}]", name, dims);
}

}  // namespace

Value from_ort(const Ort::Value& value) { return from_at_depth(value, 0); }

// Types are nested as deep as a model's declaration, which ONNX Runtime has accepted: a few levels.
Ort::Value to_ort(const Value& value, const Ort::TypeInfo& expected) {
  switch (expected.GetONNXType()) {
    case ONNX_TYPE_TENSOR:
      return to_tensor(value, expected);
    case ONNX_TYPE_OPTIONAL:
      return to_ort(value, expected.GetOptionalTypeInfo().GetOptionalElementType());
    case ONNX_TYPE_SEQUENCE: {
      if (value.kind != Value::Kind::list && value.kind != Value::Kind::tuple) refuse(value, expected);
      const Ort::TypeInfo element = expected.GetSequenceTypeInfo().GetSequenceElementType();
      if (value.items.empty()) return empty_sequence(element);
      std::vector<Ort::Value> items;
      for (const Value& item : value.items) items.push_back(to_ort(item, element));
      return Ort::Value::CreateSequence(items);
    }
    default:
      refuse(value, expected);
  }
}

std::string spell(const Ort::TypeInfo& type) {
  switch (type.GetONNXType()) {
    case ONNX_TYPE_TENSOR:
      return spell_tensor(type);
    case ONNX_TYPE_OPTIONAL:
      return fmt::format("optional({})", spell(type.GetOptionalTypeInfo().GetOptionalElementType()));
    case ONNX_TYPE_SEQUENCE:
      return fmt::format("list({})", spell(type.GetSequenceTypeInfo().GetSequenceElementType()));
    case ONNX_TYPE_MAP:
      return "a dict";
    case ONNX_TYPE_SPARSETENSOR:
      return "a sparse tensor";
    default:
      return "a value of a type of its own";
  }
}

}  // namespace graphwitness::exec::onnx
