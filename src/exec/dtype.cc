#include "exec/dtype.h"

#include <algorithm>
#include <array>

namespace graphwitness::exec {
namespace {

struct Row {
  DType dtype;
  std::string_view name;
  std::string_view short_name;
  std::size_t size;
};

constexpr std::array kRows{Row{DType::boolean, "bool", "", 1},
                           Row{DType::u8, "uint8", "", 1},
                           Row{DType::i8, "int8", "", 1},
                           Row{DType::i16, "int16", "short", 2},
                           Row{DType::i32, "int32", "int", 4},
                           Row{DType::i64, "int64", "long", 8},
                           Row{DType::u16, "uint16", "", 2},
                           Row{DType::u32, "uint32", "", 4},
                           Row{DType::u64, "uint64", "", 8},
                           Row{DType::f16, "float16", "half", 2},
                           Row{DType::bf16, "bfloat16", "", 2},
                           Row{DType::f32, "float32", "float", 4},
                           Row{DType::f64, "float64", "double", 8},
                           Row{DType::c32, "complex32", "", 4},
                           Row{DType::c64, "complex64", "cfloat", 8},
                           Row{DType::c128, "complex128", "cdouble", 16},
                           Row{DType::string, "string", "", 0}};

const Row* row_of(DType dtype) {
  const auto found = std::ranges::find(kRows, dtype, &Row::dtype);
  return found == kRows.end() ? nullptr : &*found;
}

}  // namespace

std::string_view torch_name(DType dtype) {
  const Row* row = row_of(dtype);
  return row == nullptr ? std::string_view() : row->name;
}

std::optional<DType> dtype_named(std::string_view name) {
  if (name.empty()) return std::nullopt;
  for (const Row& row : kRows) {
    if (name == row.name || name == row.short_name) return row.dtype;
  }
  return std::nullopt;
}

std::size_t size_of(DType dtype) {
  const Row* row = row_of(dtype);
  return row == nullptr ? 0 : row->size;
}

bool is_unsigned(DType dtype) {
  return dtype == DType::u8 || dtype == DType::u16 || dtype == DType::u32 || dtype == DType::u64;
}

bool is_floating(DType dtype) {
  return dtype == DType::f16 || dtype == DType::bf16 || dtype == DType::f32 || dtype == DType::f64;
}

bool is_complex(DType dtype) { return dtype == DType::c32 || dtype == DType::c64 || dtype == DType::c128; }

}  // namespace graphwitness::exec
