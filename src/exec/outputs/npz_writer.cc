#include "exec/outputs/npz_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "exec/outputs/torch_save.h"

namespace graphwitness::exec {
namespace {

std::string_view type_code(DType dtype) {
  switch (dtype) {
    case DType::boolean:
      return "|b1";
    case DType::u8:
      return "|u1";
    case DType::i8:
      return "|i1";
    case DType::i16:
      return "<i2";
    case DType::i32:
      return "<i4";
    case DType::i64:
      return "<i8";
    case DType::f16:
      return "<f2";
    case DType::f32:
      return "<f4";
    case DType::f64:
      return "<f8";
    case DType::c64:
      return "<c8";
    case DType::c128:
      return "<c16";
    default:
      return "";
  }
}

}  // namespace

std::optional<std::string> write_npy(const Tensor& tensor) {
  const std::string_view code = type_code(tensor.dtype);
  if (code.empty()) return std::nullopt;
  std::string sizes;
  for (const std::int64_t size : tensor.sizes) sizes += fmt::format("{}, ", size);
  std::string header = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}), }}", code, sizes);
  constexpr std::size_t kBefore = 10;
  constexpr std::size_t kAlignment = 64;
  header.resize((kBefore + header.size() + 1 + kAlignment - 1) / kAlignment * kAlignment - kBefore - 1, ' ');
  header += '\n';
  std::string file("\x93NUMPY\x01\x00", 8);
  file += static_cast<char>(header.size() & 0xFFU);
  file += static_cast<char>(header.size() >> 8U);
  return file + header + tensor.bytes;
}

bool can_write_npz(const std::vector<NamedTensor>& tensors) {
  return !tensors.empty() &&
         std::ranges::none_of(tensors, [](const NamedTensor& one) { return type_code(one.tensor.dtype).empty(); });
}

void write_npz(const std::vector<NamedTensor>& tensors, const std::string& path) {
  std::vector<std::pair<std::string, std::string>> entries;
  for (const NamedTensor& one : tensors) {
    if (auto bytes = write_npy(one.tensor)) entries.emplace_back(one.name + ".npy", std::move(*bytes));
  }
  write_zip(path, entries);
}

}  // namespace graphwitness::exec
