#pragma once
/// Which values of one execution are which of another, by what they hold and what they are called, and which of them
/// are wrong.
///
/// Two runtimes never give the same bits, so a value counts as wrong only when it is much farther off than what it was
/// computed from, or than rounding makes the reference's, where that was measured. One without a counterpart (a step
/// that the other model has not) counts as wrong, unless something right is computed from it.

#include <cstdint>
#include <vector>

#include "localize/execution.h"

namespace graphwitness::localize {

class Pairs {
 public:
  Pairs(const Execution& reference, const Execution& candidate, bool same_format);

  struct Pair {
    std::int64_t reference = kNoValue;  ///< the value that is nearest; kNoValue: there is none of its size
    double distance = 0;                ///< 0 for inputs and constants
    double noise = 0;                   ///< the largest distance among what it was computed from
    bool right = true;
    bool alive = true;     ///< right, or a step of its own on the way to something right
    bool depends = false;  ///< on the data of the model's inputs
    bool reaches_wrong_output = false;
  };
  const Pair& operator[](std::int64_t candidate) const { return pairs_[static_cast<std::size_t>(candidate)]; }
  /// The operation that computed a value of the candidate, as an index; -1: none.
  std::int64_t maker(std::int64_t candidate) const { return makers_[static_cast<std::size_t>(candidate)]; }
  /// Some right value of the candidate is this one of the reference.
  bool is_matched(std::int64_t reference) const { return matched_[static_cast<std::size_t>(reference)] != 0; }
  /// Every output of the candidate is where the reference's is, up to rounding.
  bool outputs_agree() const { return outputs_agree_; }

 private:
  void pair_all();
  void find_alive();
  void find_reaching();

  const Execution& reference_;
  const Execution& candidate_;
  bool same_format_;
  std::vector<Pair> pairs_;
  std::vector<std::int64_t> makers_;
  std::vector<std::uint8_t> matched_;
  bool outputs_agree_ = true;
};

/// How many times farther off than its surroundings a value must be to be wrong.
inline constexpr double kBeyondNoise = 30;
/// The same where it was measured what rounding does.
inline constexpr double kBeyondMeasured = 8;
/// What two runtimes differ by in the last bits of float32, over the scale of a tensor.
inline constexpr double kLeastNoise = 5e-7;

}  // namespace graphwitness::localize
