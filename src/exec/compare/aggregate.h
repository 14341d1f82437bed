#pragma once
/// Gathers what the samples of one pair of models say into one comparison.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "exec/compare/structure.h"
#include "exec/messages.h"
#include "graphwitness/findings/comparison.h"

namespace graphwitness::exec {

class Aggregate {
 public:
  explicit Aggregate(const ChosenTolerance& tolerance) : tolerance_(tolerance) {}

  /// Samples in order.
  void add(std::uint64_t sample, std::uint64_t seed, const SampleResult& reference, const SampleResult& candidate);
  void finish(PairComparison& pair);

 private:
  std::vector<Leaf> leaves(const SampleResult& reference, const SampleResult& candidate) const;
  void add_leaf(const Leaf& leaf, std::uint64_t sample);

  ChosenTolerance tolerance_;
  std::vector<OutputComparison> outputs_;
  std::map<std::string, std::size_t> index_;
  std::optional<FirstDifference> first_;
  std::uint64_t differing_ = 0;
  std::uint64_t both_raised_ = 0;
};

}  // namespace graphwitness::exec
