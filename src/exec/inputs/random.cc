#include "exec/inputs/random.h"

#include <bit>
#include <cmath>

namespace graphwitness::exec {
namespace {

/// The C library's logarithm differs in the last bit between platforms; this one uses only operations that IEEE 754
/// rounds the same everywhere. (This file is compiled without contraction to fused operations.)
double logarithm(double x) {
  constexpr double kLn2 = 0x1.62e42fefa39efp-1;
  int exponent = 0;
  double fraction = std::frexp(x, &exponent);
  if (fraction < 0x1.6a09e667f3bcdp-1) {
    fraction *= 2;
    --exponent;
  }
  const double s = (fraction - 1) / (fraction + 1);
  const double square = s * s;
  double sum = 0;
  constexpr int kTerms = 23;  // odd; the next is below the last bit for |s| <= 0.172
  for (int n = kTerms; n >= 1; n -= 2) sum = sum * square + 1.0 / n;
  return 2 * s * sum + exponent * kLn2;
}

}  // namespace

Random::Random(std::uint64_t seed) {
  for (std::uint64_t& word : state_) {  // splitmix64, as the authors of xoshiro advise
    seed += 0x9E37'79B9'7F4A'7C15U;
    std::uint64_t mixed = seed;
    mixed = (mixed ^ (mixed >> 30U)) * 0xBF58'476D'1CE4'E5B9U;
    mixed = (mixed ^ (mixed >> 27U)) * 0x94D0'49BB'1331'11EBU;
    word = mixed ^ (mixed >> 31U);
  }
}

/// xoshiro256**
std::uint64_t Random::bits() {
  const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
  const std::uint64_t shifted = state_[1] << 17U;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

double Random::uniform() { return static_cast<double>(bits() >> 11U) * 0x1p-53; }

std::int64_t Random::between(std::int64_t low, std::int64_t high) {
  const std::uint64_t width = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low) + 1;
  if (width == 0) return static_cast<std::int64_t>(bits());
  const std::uint64_t uneven = (0 - width) % width;  // so many first values would make some results likelier
  std::uint64_t value = bits();
  while (value < uneven) value = bits();
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(low) + value % width);
}

/// The polar method: a point in the circle gives two numbers.
double Random::normal() {
  if (has_spare_) {
    has_spare_ = false;
    return spare_;
  }
  double x = 0;
  double y = 0;
  double square = 0;
  while (square == 0 || square >= 1) {
    x = 2 * uniform() - 1;
    y = 2 * uniform() - 1;
    square = x * x + y * y;
  }
  const double scale = std::sqrt(-2 * logarithm(square) / square);
  spare_ = y * scale;
  has_spare_ = true;
  return x * scale;
}

}  // namespace graphwitness::exec
