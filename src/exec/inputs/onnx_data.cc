#include "exec/inputs/onnx_data.h"

#include <fmt/format.h>

#include <cstring>
#include <utility>
#include <vector>

#include "exec/dtype.h"
#include "exec/number_elements.h"
#include "exec/onnx_dtype.h"
#include "exec/protobuf.h"
#include "graphwitness/support/error.h"

namespace graphwitness::exec {
namespace {

using Wire = ProtobufField::Wire;
using Kind = Value::Kind;

// Fields of onnx.proto.
namespace tensor_field {
constexpr std::uint32_t kDims = 1, kDataType = 2, kFloatData = 4, kInt32Data = 5, kStringData = 6, kInt64Data = 7,
                        kName = 8, kRawData = 9, kDoubleData = 10, kUint64Data = 11, kDocString = 12,
                        kDataLocation = 14;
}  // namespace tensor_field
namespace sequence_field {
constexpr std::uint32_t kName = 1, kElemType = 2, kTensors = 3, kSequences = 5;
}  // namespace sequence_field
namespace optional_field {
constexpr std::uint32_t kName = 1, kElemType = 2, kTensor = 3, kSequence = 5;
}  // namespace optional_field
namespace map_field {
constexpr std::uint32_t kName = 1, kKeys = 3, kStringKeys = 4, kValues = 5;
}  // namespace map_field

/// What SequenceProto and OptionalProto call their elements.
enum ElementType : std::uint8_t { element_undefined = 0, element_tensor = 1, element_sequence = 3 };

/// One tensor, field by field.
class TensorReader {
 public:
  OnnxValue read(std::string_view bytes) {
    ProtobufReader reader(bytes);
    while (const auto field = reader.next()) take(*field);
    if (dtype_ == DType::unknown) throw InputError("it has no element type that is run");
    return {std::move(name_), Value::of(finished())};
  }

 private:
  void take(const ProtobufField& field) {
    switch (field.field) {
      case tensor_field::kDims:
        return numbers(field, [&](std::uint64_t value) { sizes_.push_back(static_cast<std::int64_t>(value)); });
      case tensor_field::kDataType:
        dtype_ = dtype_of_onnx(static_cast<int>(field.number));
        return;
      case tensor_field::kFloatData:
        return fixed(field, sizeof(float));
      case tensor_field::kDoubleData:
        return fixed(field, sizeof(double));
      case tensor_field::kInt32Data:
      case tensor_field::kInt64Data:
      case tensor_field::kUint64Data:
        return numbers(field, [&](std::uint64_t value) { integers_.push_back(value); });
      case tensor_field::kStringData:
        strings_.emplace_back(field.content);
        return;
      case tensor_field::kRawData:
        if (field.wire != Wire::bytes) throw InputError("it is no tensor of ONNX");
        raw_ = field.content;
        return;
      case tensor_field::kName:
        name_ = field.content;
        return;
      case tensor_field::kDocString:
        return;
      case tensor_field::kDataLocation:
        if (field.number != 0) throw InputError("its data lie outside of the file, which is not read");
        return;
      default:
        throw InputError("it is no tensor of ONNX");
    }
  }

  static void numbers(const ProtobufField& field, auto&& add) {
    if (field.wire == Wire::varint) return add(field.number);
    if (field.wire != Wire::bytes) throw InputError("it is no tensor of ONNX");
    ProtobufReader packed(field.content);
    while (!packed.at_end()) add(packed.varint());
  }

  void fixed(const ProtobufField& field, std::size_t size) {
    if (field.wire == Wire::bytes) {
      elements_ += field.content;
    } else {
      elements_.append(reinterpret_cast<const char*>(&field.number), size);
    }
  }

  Tensor finished() {
    if (sizes_.size() > kHighestRank) throw InputError("it has more than 64 dimensions");
    const std::int64_t count = element_count(sizes_);
    Tensor tensor{.dtype = dtype_, .sizes = std::move(sizes_)};
    if (dtype_ == DType::string) {
      tensor.strings = std::move(strings_);
      if (count < 0 || tensor.strings.size() != static_cast<std::uint64_t>(count)) fail_size(tensor);
      return tensor;
    }
    const std::size_t size = size_of(dtype_);
    if (!integers_.empty()) {
      for (const std::uint64_t value : integers_) {
        elements_.append(reinterpret_cast<const char*>(&value), size);  // little-endian: the low bytes come first
      }
    }
    tensor.bytes = raw_.empty() ? std::move(elements_) : std::string(raw_);
    if (count < 0 || tensor.bytes.size() != static_cast<std::uint64_t>(count) * size) fail_size(tensor);
    return tensor;
  }

  [[noreturn]] static void fail_size(const Tensor& tensor) {
    throw InputError(
        fmt::format("it has data for another number of elements than {} has: damaged file", spell_sizes(tensor.sizes)));
  }

  std::string name_;
  DType dtype_ = DType::unknown;
  std::vector<std::int64_t> sizes_;
  std::string_view raw_;
  std::string elements_;
  std::vector<std::uint64_t> integers_;
  std::vector<std::string> strings_;
};

OnnxValue read_tensor(std::string_view bytes) { return TensorReader().read(bytes); }

OnnxValue read_sequence(std::string_view bytes, int depth) {
  if (depth > kDeepestValue) throw InputError("it is nested too deep");
  OnnxValue result{.name = "", .value = Value::list({})};
  ProtobufReader reader(bytes);
  while (const auto field = reader.next()) {
    if (field->field == sequence_field::kName) result.name = field->content;
    if (field->field == sequence_field::kTensors) result.value.items.push_back(read_tensor(field->content).value);
    if (field->field == sequence_field::kSequences) {
      result.value.items.push_back(read_sequence(field->content, depth + 1).value);
    }
    if (field->field > sequence_field::kSequences || field->field == 4) {
      throw InputError("it is no sequence of tensors");
    }
  }
  return result;
}

OnnxValue read_optional(std::string_view bytes) {
  OnnxValue result;
  ProtobufReader reader(bytes);
  while (const auto field = reader.next()) {
    if (field->field == optional_field::kName) result.name = field->content;
    if (field->field == optional_field::kTensor) result.value = read_tensor(field->content).value;
    if (field->field == optional_field::kSequence) result.value = read_sequence(field->content, 0).value;
  }
  return result;
}

OnnxValue read_map(std::string_view bytes) {
  OnnxValue result{.name = "", .value = Value::dict({})};
  std::vector<Value> keys;
  Value values;
  ProtobufReader reader(bytes);
  while (const auto field = reader.next()) {
    if (field->field == map_field::kName) result.name = field->content;
    if (field->field == map_field::kStringKeys) keys.push_back(Value::of(std::string(field->content)));
    if (field->field == map_field::kKeys && field->wire == Wire::varint) {
      keys.push_back(Value::of(static_cast<std::int64_t>(field->number)));
    }
    if (field->field == map_field::kKeys && field->wire == Wire::bytes) {
      ProtobufReader packed(field->content);
      while (!packed.at_end()) keys.push_back(Value::of(static_cast<std::int64_t>(packed.varint())));
    }
    if (field->field == map_field::kValues) values = read_sequence(field->content, 0).value;
  }
  if (keys.size() != values.items.size()) throw InputError("it has another number of keys than of values");
  for (std::size_t i = 0; i < keys.size(); ++i) {
    result.value.items.push_back(std::move(keys[i]));
    result.value.items.push_back(std::move(values.items[i]));
  }
  return result;
}

std::string tensor_bytes(const std::string& name, const Tensor& tensor) {
  const int type = onnx_number_of(tensor.dtype);
  if (type == 0) throw InputError(fmt::format("ONNX has no tensors of {}", torch_name(tensor.dtype)));
  ProtobufWriter writer;
  for (const std::int64_t size : tensor.sizes) writer.number(tensor_field::kDims, static_cast<std::uint64_t>(size));
  writer.number(tensor_field::kDataType, static_cast<std::uint64_t>(type));
  if (!name.empty()) writer.bytes(tensor_field::kName, name);
  for (const std::string& text : tensor.strings) writer.bytes(tensor_field::kStringData, text);
  if (tensor.dtype != DType::string) writer.bytes(tensor_field::kRawData, tensor.bytes);
  return writer.str();
}

/// Numbers of Python as exporting makes tensors of them.
Value as_tensor(const Value& value) {
  if (!is_number(value)) return value;
  const DType dtype = value.kind == Kind::boolean   ? DType::boolean
                      : value.kind == Kind::integer ? DType::i64
                                                    : DType::f32;
  return Value::of(Tensor{.dtype = dtype, .sizes = {}, .bytes = element_bytes(value, dtype)});
}

}  // namespace

OnnxValue read_onnx_value(std::string_view bytes, OnnxForm form) {
  switch (form) {
    case OnnxForm::tensor:
      return read_tensor(bytes);
    case OnnxForm::sequence:
      return read_sequence(bytes, 0);
    case OnnxForm::optional_tensor:
    case OnnxForm::optional_sequence:
      return read_optional(bytes);
    case OnnxForm::map:
      return read_map(bytes);
    case OnnxForm::unknown:
      break;
  }
  try {
    return read_tensor(bytes);
  } catch (const InputError&) {
    return read_sequence(bytes, 0);
  }
}

std::string write_onnx_value(const std::string& name, const Value& value) {
  const Value plain = as_tensor(value);
  switch (plain.kind) {
    case Kind::tensor:
      return tensor_bytes(name, plain.tensor);
    case Kind::none:
      return ProtobufWriter()
          .bytes(optional_field::kName, name)
          .number(optional_field::kElemType, element_undefined)
          .str();
    case Kind::list: {
      ProtobufWriter writer;
      writer.bytes(sequence_field::kName, name).number(sequence_field::kElemType, element_tensor);
      for (const Value& item : plain.items) {
        const Value tensor = as_tensor(item);
        if (tensor.kind != Kind::tensor) throw InputError(fmt::format("{} is not for ONNX", describe(value)));
        writer.bytes(sequence_field::kTensors, tensor_bytes("", tensor.tensor));
      }
      return writer.str();
    }
    default:
      throw InputError(fmt::format("{} cannot be written as test data of ONNX", describe(value)));
  }
}

}  // namespace graphwitness::exec
