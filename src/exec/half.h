#pragma once
/// The 16 bit floating-point formats, to and from float, rounding to the nearest and to even as PyTorch does.

#include <bit>
#include <cstdint>

namespace graphwitness::exec {

constexpr float bfloat16_to_float(std::uint16_t bits) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16U);
}

constexpr std::uint16_t bfloat16_of(float value) {
  if (value != value) return 0x7FC0;
  const auto bits = std::bit_cast<std::uint32_t>(value);
  return static_cast<std::uint16_t>((bits + 0x7FFFU + ((bits >> 16U) & 1U)) >> 16U);
}

constexpr float half_to_float(std::uint16_t bits) {
  const std::uint32_t sign = (bits & 0x8000U) << 16U;
  const std::uint32_t exponent = (bits >> 10U) & 0x1FU;
  const std::uint32_t fraction = bits & 0x3FFU;
  if (exponent == 0x1F) return std::bit_cast<float>(sign | 0x7F80'0000U | (fraction << 13U));
  if (exponent != 0) return std::bit_cast<float>(sign | ((exponent + 112) << 23U) | (fraction << 13U));
  constexpr float kSmallest = 0x1p-24F;
  const float magnitude = static_cast<float>(fraction) * kSmallest;
  return sign != 0 ? -magnitude : magnitude;
}

constexpr std::uint16_t half_of(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const auto sign = static_cast<std::uint16_t>((bits >> 16U) & 0x8000U);
  const std::uint32_t magnitude = bits & 0x7FFF'FFFFU;
  if (magnitude > 0x7F80'0000U) return sign | 0x7E00U;
  if (magnitude >= 0x4780'0000U) return sign | 0x7C00U;
  if (magnitude < 0x3880'0000U) {
    // Adding a half aligns the bits of a subnormal at the bottom, and rounds them.
    const float aligned = std::bit_cast<float>(magnitude) + 0.5F;
    return static_cast<std::uint16_t>(sign | (std::bit_cast<std::uint32_t>(aligned) - 0x3F00'0000U));
  }
  const std::uint32_t rounded = magnitude + 0xC800'0FFFU + ((magnitude >> 13U) & 1U);
  return static_cast<std::uint16_t>(sign | (rounded >> 13U));
}

}  // namespace graphwitness::exec
