#include "frontends/onnx/tensors.h"

#include <bit>
#include <charconv>
#include <cstring>
#include <optional>
#include <span>
#include <vector>

#include "frontends/onnx/newer_fields.h"
#include "frontends/onnx/strip.h"
#include "frontends/onnx/types.h"

namespace graphwitness {
namespace {

static_assert(std::endian::native == std::endian::little, "ONNX data is little-endian and is used as it lies");

/// The number of elements or bytes cannot be told: a negative or overflowing shape, a type of unknown width.
constexpr std::uint64_t kUnknownBytes = UINT64_MAX;

template <class Values>
std::string bytes_of(const Values& values) {
  return {reinterpret_cast<const char*>(values.data()),
          static_cast<std::size_t>(values.size()) * sizeof(*values.data())};
}

/// The low `width` bytes of each value.
template <class Values>
std::string low_bytes_of(const Values& values, std::size_t width) {
  std::string bytes;
  for (const auto value : values) bytes.append(reinterpret_cast<const char*>(&value), width);
  return bytes;
}

std::string string_bytes_of(const onnx::TensorProto& tensor) {
  std::string bytes;
  for (const std::string& text : tensor.string_data()) {
    const auto length = static_cast<std::uint32_t>(text.size());
    bytes.append(reinterpret_cast<const char*>(&length), sizeof(length));
    bytes += text;
  }
  return bytes;
}

/// The elements as they would stand in raw_data; what is in a field that is wrong for the type is not there.
std::string elements_of(const onnx::TensorProto& tensor) {
  if (tensor.has_raw_data()) return tensor.raw_data();
  const DType dtype = dtype_of(tensor.data_type());
  switch (dtype) {
    case DType::f32:
    case DType::c64:
      return bytes_of(tensor.float_data());
    case DType::f64:
    case DType::c128:
      return bytes_of(tensor.double_data());
    case DType::i64:
      return bytes_of(tensor.int64_data());
    case DType::u64:
      return bytes_of(tensor.uint64_data());
    case DType::u32:
      return low_bytes_of(tensor.uint64_data(), 4);
    case DType::string:
      return string_bytes_of(tensor);
    case DType::unknown:
      return {};
    default: {
      // Types packed below a byte stand packed in int32_data too, a byte each.
      const std::size_t width = byte_size(dtype);
      return low_bytes_of(tensor.int32_data(), width > 0 ? width : 1);
    }
  }
}

std::uint64_t bytes_for(DType dtype, std::uint64_t elements) {
  const bool is_nibble = dtype == DType::i4 || dtype == DType::u4 || dtype == DType::f4e2m1;
  if (is_nibble) return elements / 2 + elements % 2;
  const std::uint64_t width = byte_size(dtype);
  if (width == 0 || elements > (kUnknownBytes - 1) / width) return kUnknownBytes;
  return elements * width;
}

/// Whether the payload of a cut field is the elements themselves, one after the other.
bool is_readable_in_place(const Cut& cut, DType dtype) {
  if (cut.offset == Cut::kScattered) return false;
  switch (cut.field) {
    case onnx::TensorProto::kRawDataFieldNumber:
      return dtype != DType::string;
    case onnx::TensorProto::kFloatDataFieldNumber:
      return dtype == DType::f32 || dtype == DType::c64;
    case onnx::TensorProto::kDoubleDataFieldNumber:
      return dtype == DType::f64 || dtype == DType::c128;
    default:
      return false;
  }
}

std::optional<std::uint64_t> number(const std::string& text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::span<const std::byte> as_bytes(const std::string& text) {
  return std::as_bytes(std::span<const char>(text.data(), text.size()));
}

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? std::string() : path.substr(0, slash + 1);
}

}  // namespace

TensorMapper::TensorMapper(GraphBuilder& builder, Problems& problems, const std::string& model_path)
    : builder_(builder), problems_(problems), model_file_(builder.intern(model_path)), folder_(folder_of(model_path)) {}

TypeId TensorMapper::type_of(const onnx::TensorProto& tensor, std::uint64_t& expected_bytes) {
  const DType dtype = dtype_of(tensor.data_type());
  if (dtype == DType::unknown) {
    problems_.add("tensor `" + tensor.name() + "` has the unknown element type " + std::to_string(tensor.data_type()));
  }
  std::vector<Dim> dims;
  std::uint64_t elements = 1;
  bool countable = true;
  for (const std::int64_t extent : tensor.dims()) {
    if (extent < 0) {
      problems_.add("tensor `" + tensor.name() + "` has the negative dimension " + std::to_string(extent));
    }
    countable =
        countable && extent >= 0 && !__builtin_mul_overflow(elements, static_cast<std::uint64_t>(extent), &elements);
    dims.push_back({.extent = extent >= 0 ? extent : Dim::kUnknown});
  }
  expected_bytes = countable ? bytes_for(dtype, elements) : kUnknownBytes;
  return builder_.tensor_type(dtype, dims);
}

void TensorMapper::expect_length(const onnx::TensorProto& tensor, std::uint64_t found, std::uint64_t expected) {
  if (expected == kUnknownBytes || found == expected) return;
  problems_.add("tensor `" + tensor.name() + "` holds " + std::to_string(found) + " bytes of data, its shape needs " +
                std::to_string(expected));
}

MappedTensor TensorMapper::map(const onnx::TensorProto& tensor) {
  std::uint64_t expected = 0;
  const TypeId type = type_of(tensor, expected);
  return {map_data(tensor, type, expected), type};
}

TensorId TensorMapper::map_data(const onnx::TensorProto& tensor, TypeId type, std::uint64_t expected) {
  if (tensor.data_location() == onnx::TensorProto::EXTERNAL) return map_external(tensor, type, expected);
  const std::string cut = unknown_string(tensor, Cut::kFieldNumber);
  if (!cut.empty()) return map_cut(tensor, type, expected, cut);

  const std::string data = elements_of(tensor);
  expect_length(tensor, data.size(), expected);
  // Inline data has the length that its type says, so that nobody reads past its end.
  const bool is_whole = dtype_of(tensor.data_type()) == DType::string || data.size() == expected;
  if (!is_whole) return builder_.tensor_absent(type, tensor.name(), data.size());
  return builder_.tensor_inline(type, tensor.name(), as_bytes(data));
}

TensorId TensorMapper::map_cut(const onnx::TensorProto& tensor, TypeId type, std::uint64_t expected,
                               const std::string& cut_bytes) {
  Cut cut;
  std::memcpy(&cut, cut_bytes.data(), sizeof(cut));
  if (!is_readable_in_place(cut, dtype_of(tensor.data_type()))) {
    return builder_.tensor_absent(type, tensor.name(), cut.length);
  }
  expect_length(tensor, cut.length, expected);
  return builder_.tensor_in_file(type, tensor.name(), model_file_, cut.offset, cut.length);
}

TensorId TensorMapper::map_external(const onnx::TensorProto& tensor, TypeId type, std::uint64_t expected) {
  std::string location;
  std::uint64_t offset = 0;
  std::uint64_t length = expected == kUnknownBytes ? 0 : expected;
  bool is_readable = true;
  for (const auto& entry : tensor.external_data()) {
    if (entry.key() == "location") location = entry.value();
    if (entry.key() != "offset" && entry.key() != "length") continue;
    const auto value = number(entry.value());
    is_readable = is_readable && value.has_value();
    if (!value) {
      problems_.add("external data of tensor `" + tensor.name() + "` has the " + entry.key() + " `" + entry.value() +
                    "`, expected a number of bytes");
      continue;
    }
    (entry.key() == "offset" ? offset : length) = *value;
  }
  if (location.empty()) {
    problems_.add("external data of tensor `" + tensor.name() + "` names no file");
    return builder_.tensor_absent(type, tensor.name(), length);
  }
  external_locations_.insert(location);
  if (!is_readable) return builder_.tensor_absent(type, tensor.name(), length);
  const std::string file = location.starts_with('/') ? location : folder_ + location;
  return builder_.tensor_in_file(type, tensor.name(), builder_.intern(file), offset, length);
}

MappedTensor TensorMapper::map(const onnx::SparseTensorProto& tensor) {
  std::vector<Dim> dims;
  for (const std::int64_t extent : tensor.dims()) dims.push_back({.extent = extent >= 0 ? extent : Dim::kUnknown});
  const TypeId type = builder_.tensor_type(dtype_of(tensor.values().data_type()), dims);
  return {builder_.tensor_absent(type, tensor.values().name()), type};
}

TensorId TensorMapper::map_list(DType dtype, std::uint64_t count, const void* data) {
  const Dim dim{.extent = static_cast<std::int64_t>(count)};
  const std::span<const std::byte> bytes(static_cast<const std::byte*>(data), count * byte_size(dtype));
  return builder_.tensor_inline(builder_.tensor_type(dtype, std::span(&dim, 1)), {}, bytes);
}

}  // namespace graphwitness
