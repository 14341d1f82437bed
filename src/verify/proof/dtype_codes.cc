#include "verify/proof/dtype_codes.h"

#include <algorithm>
#include <array>

namespace graphwitness::proof {
namespace {

constexpr std::array kCodes{DType::u8,  DType::i8,  DType::i16, DType::i32, DType::i64,  DType::f16,
                            DType::f32, DType::f64, DType::c32, DType::c64, DType::c128, DType::boolean};
/// Quantized types stand between these and bfloat16.
constexpr std::int64_t kBfloat16 = 15;

}  // namespace

std::optional<std::int64_t> code_of(DType dtype) {
  const auto found = std::ranges::find(kCodes, dtype);
  if (found != kCodes.end()) return found - kCodes.begin();
  return dtype == DType::bf16 ? std::optional(kBfloat16) : std::nullopt;
}

DType dtype_of_code(std::int64_t code) {
  if (code >= 0 && code < static_cast<std::int64_t>(kCodes.size())) return kCodes[static_cast<std::size_t>(code)];
  return code == kBfloat16 ? DType::bf16 : DType::unknown;
}

}  // namespace graphwitness::proof
