#include "exec/onnx_dtype.h"

#include <algorithm>
#include <array>

namespace graphwitness::exec {
namespace {

struct Row {
  int number;
  DType dtype;
};

constexpr std::array kRows{Row{1, DType::f32},     Row{2, DType::u8},   Row{3, DType::i8},    Row{4, DType::u16},
                           Row{5, DType::i16},     Row{6, DType::i32},  Row{7, DType::i64},   Row{8, DType::string},
                           Row{9, DType::boolean}, Row{10, DType::f16}, Row{11, DType::f64},  Row{12, DType::u32},
                           Row{13, DType::u64},    Row{14, DType::c64}, Row{15, DType::c128}, Row{16, DType::bf16}};

}  // namespace

DType dtype_of_onnx(int number) {
  const auto found = std::ranges::find(kRows, number, &Row::number);
  return found == kRows.end() ? DType::unknown : found->dtype;
}

int onnx_number_of(DType dtype) {
  const auto found = std::ranges::find(kRows, dtype, &Row::dtype);
  return found == kRows.end() ? 0 : found->number;
}

}  // namespace graphwitness::exec
