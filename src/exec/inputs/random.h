#pragma once
/// Random numbers that are the same on every platform for the same seed. Not for secrets.

#include <array>
#include <cstdint>

namespace graphwitness::exec {

class Random {
 public:
  explicit Random(std::uint64_t seed);

  std::uint64_t bits();
  /// In [0, 1).
  double uniform();
  /// In [low, high], both included.
  std::int64_t between(std::int64_t low, std::int64_t high);
  /// Standard normal.
  double normal();

 private:
  std::array<std::uint64_t, 4> state_{};
  double spare_ = 0;
  bool has_spare_ = false;
};

}  // namespace graphwitness::exec
