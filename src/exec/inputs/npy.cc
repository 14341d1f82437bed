#include "exec/inputs/npy.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "exec/dtype.h"
#include "graphwitness/support/error.h"

namespace graphwitness::exec {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";

struct TypeCode {
  std::string_view code;
  DType dtype;
};
constexpr std::array kTypes{TypeCode{"b1", DType::boolean}, TypeCode{"u1", DType::u8},   TypeCode{"i1", DType::i8},
                            TypeCode{"i2", DType::i16},     TypeCode{"i4", DType::i32},  TypeCode{"i8", DType::i64},
                            TypeCode{"u2", DType::u16},     TypeCode{"u4", DType::u32},  TypeCode{"u8", DType::u64},
                            TypeCode{"f2", DType::f16},     TypeCode{"f4", DType::f32},  TypeCode{"f8", DType::f64},
                            TypeCode{"c8", DType::c64},     TypeCode{"c16", DType::c128}};

struct Header {
  DType dtype = DType::unknown;
  bool big_endian = false;
  bool column_major = false;
  std::vector<std::int64_t> sizes;
};

/// What follows `'key':` in the header, a Python dict literal.
std::string_view after_key(std::string_view header, std::string_view key) {
  std::size_t at = header.find(fmt::format("'{}'", key));
  if (at != header.npos) at = header.find(':', at);
  if (at == header.npos) throw InputError(fmt::format("its header has no `{}`: damaged file", key));
  ++at;
  while (at < header.size() && header[at] == ' ') ++at;
  return header.substr(at);
}

void read_type(std::string_view text, Header& header) {
  if (!text.starts_with('\'')) throw InputError("it holds records, expected an array of numbers");
  text.remove_prefix(1);
  const std::string_view spelled = text.substr(0, text.find('\''));
  const std::string_view code = spelled.size() > 1 ? spelled.substr(1) : std::string_view();
  const auto known = std::ranges::find(kTypes, code, &TypeCode::code);
  if (known == kTypes.end()) {
    throw InputError(fmt::format("its elements are `{}`, expected bools, integers, floats or complex numbers",
                                 spelled.substr(0, 40)));
  }
  header.dtype = known->dtype;
  header.big_endian = spelled[0] == '>';
}

void read_sizes(std::string_view text, Header& header) {
  const std::size_t close = text.find(')');
  if (!text.starts_with('(') || close == text.npos) throw InputError("its header has no shape: damaged file");
  text = text.substr(1, close - 1);
  while (!text.empty()) {
    if (text.front() == ' ' || text.front() == ',' || text.front() == 'L') {
      text.remove_prefix(1);
      continue;
    }
    std::int64_t size = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
    if (error != std::errc{} || size < 0 || header.sizes.size() == kHighestRank) {
      throw InputError("its header has a shape that is none: damaged file");
    }
    header.sizes.push_back(size);
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  }
}

/// Takes the header off the front.
Header take_header(std::string_view& bytes) {
  constexpr std::size_t kBeforeLength = 8;
  if (!is_npy(bytes) || bytes.size() < kBeforeLength + 4) throw InputError("it is no `.npy` file, or a truncated one");
  const auto byte = [&](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(bytes[i])); };
  const bool long_form = byte(6) >= 2;
  std::size_t length = byte(8) | byte(9) << 8U;
  if (long_form) length |= byte(10) << 16U | byte(11) << 24U;
  const std::size_t start = kBeforeLength + (long_form ? 4 : 2);
  if (length > bytes.size() - start) throw InputError("its header is cut off: truncated file");
  const std::string_view text = bytes.substr(start, length);
  bytes.remove_prefix(start + length);
  Header header;
  read_type(after_key(text, "descr"), header);
  header.column_major = after_key(text, "fortran_order").starts_with("True");
  read_sizes(after_key(text, "shape"), header);
  return header;
}

void swap_bytes(Tensor& tensor) {
  const std::size_t size = is_complex(tensor.dtype) ? size_of(tensor.dtype) / 2 : size_of(tensor.dtype);
  for (std::size_t at = 0; at < tensor.bytes.size(); at += size) {
    std::reverse(tensor.bytes.data() + at, tensor.bytes.data() + at + size);
  }
}

/// From first index fastest to last index fastest.
void to_row_major(Tensor& tensor) {
  const std::size_t size = size_of(tensor.dtype);
  const std::size_t rank = tensor.sizes.size();
  std::string result;
  result.reserve(tensor.bytes.size());
  std::vector<std::int64_t> index(rank, 0);
  while (result.size() < tensor.bytes.size()) {
    std::int64_t at = 0;
    for (std::size_t axis = rank; axis-- > 0;) at = at * tensor.sizes[axis] + index[axis];
    result.append(tensor.bytes, static_cast<std::size_t>(at) * size, size);
    for (std::size_t axis = rank; axis-- > 0;) {
      if (++index[axis] < tensor.sizes[axis]) break;
      index[axis] = 0;
    }
  }
  tensor.bytes = std::move(result);
}

}  // namespace

bool is_npy(std::string_view bytes) { return bytes.starts_with(kMagic); }

Tensor read_npy(std::string_view bytes) {
  Header header = take_header(bytes);
  const std::int64_t count = element_count(header.sizes);
  const std::size_t size = size_of(header.dtype);
  if (count < 0 || static_cast<std::uint64_t>(count) > bytes.size() / size) {
    throw InputError(fmt::format("its header says {}{}, {} bytes follow: truncated file", torch_name(header.dtype),
                                 spell_sizes(header.sizes), bytes.size()));
  }
  Tensor tensor{.dtype = header.dtype, .sizes = std::move(header.sizes)};
  tensor.bytes = bytes.substr(0, static_cast<std::size_t>(count) * size);
  if (header.big_endian) swap_bytes(tensor);
  if (header.column_major && tensor.sizes.size() > 1) to_row_major(tensor);
  if (tensor.dtype == DType::boolean) {
    for (char& byte : tensor.bytes) byte = byte != 0 ? 1 : 0;
  }
  return tensor;
}

bool has_numpy_type(DType dtype) { return std::ranges::find(kTypes, dtype, &TypeCode::dtype) != kTypes.end(); }

std::string write_npy(const Tensor& tensor) {
  const auto known = std::ranges::find(kTypes, tensor.dtype, &TypeCode::dtype);
  if (known == kTypes.end()) {
    throw InputError(fmt::format("NumPy has no type for {}", torch_name(tensor.dtype)));
  }
  std::string shape;
  for (const std::int64_t size : tensor.sizes) shape += fmt::format("{},", size);
  const char order = size_of(tensor.dtype) == 1 ? '|' : '<';
  std::string header =
      fmt::format("{{'descr': '{}{}', 'fortran_order': False, 'shape': ({}), }}", order, known->code, shape);
  // Magic, version and length take ten bytes; the data start at a multiple of 64.
  constexpr std::size_t kFirst = 10;
  constexpr std::size_t kAlignment = 64;
  header.append((kAlignment - (kFirst + header.size() + 1) % kAlignment) % kAlignment, ' ');
  header += '\n';
  std::string bytes(kMagic);
  bytes += '\x01';
  bytes += '\0';
  bytes += static_cast<char>(header.size() & 0xFFU);
  bytes += static_cast<char>(header.size() >> 8U);
  return bytes + header + tensor.bytes;
}

}  // namespace graphwitness::exec
