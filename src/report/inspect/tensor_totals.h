#pragma once
/// Counts tensors, elements and bytes; data that is met again counts once.

#include <cstdint>
#include <set>
#include <tuple>

#include "graphwitness/ir/graph.h"
#include "graphwitness/report/inspect.h"

namespace graphwitness {

class TensorCounter {
 public:
  explicit TensorCounter(const Graph& graph) : graph_(graph) {}

  /// Adds the tensor to `totals` unless its data was counted before; returns the elements added.
  std::uint64_t count(TensorId id, TensorTotals& totals);

 private:
  /// What tells tensors apart: the place of their data, or their id when the data is in no file.
  using Place = std::tuple<std::uint32_t, std::uint64_t, std::uint64_t>;

  const Graph& graph_;
  std::set<Place> seen_;
};

}  // namespace graphwitness
