#pragma once
/// Gathers what the samples of one pair of models say into one comparison.

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "exec/compare/structure.h"
#include "exec/messages.h"
#include "graphwitness/findings/comparison.h"

namespace graphwitness::exec {

class Aggregate {
 public:
  /// `random`: outputs whose numbers are drawn at random, by position; empty: none is.
  explicit Aggregate(const ChosenTolerance& tolerance, std::vector<bool> random = {})
      : tolerance_(tolerance), random_(std::move(random)) {}

  /// Samples in order.
  void add(std::uint64_t sample, std::uint64_t seed, const SampleResult& reference, const SampleResult& candidate);
  void finish(PairComparison& pair);

 private:
  std::vector<Leaf> leaves(const SampleResult& reference, const SampleResult& candidate) const;
  void add_leaf(const Leaf& leaf, std::uint64_t sample);

  ChosenTolerance tolerance_;
  std::vector<bool> random_;
  std::vector<OutputComparison> outputs_;
  std::map<std::string, std::size_t> index_;
  std::optional<FirstDifference> first_;
  std::uint64_t differing_ = 0;
  std::uint64_t both_raised_ = 0;
};

}  // namespace graphwitness::exec
