#pragma once
/// Values whose shapes are known to be equal, so that a condition which chooses between them chooses no shape.

#include <span>
#include <vector>

#include "graphwitness/ir/graph.h"

namespace graphwitness {

class EqualShapes {
 public:
  explicit EqualShapes(const Graph& graph);

  bool are_equal(ValueId one, ValueId other) const { return shape_of_[one.raw] == shape_of_[other.raw]; }
  /// `to` has the shape of `from`; a none id on either side says nothing.
  void take_over(ValueId to, ValueId from);
  /// The results of an operation that keeps the shape of its operands, where all that have one have the same.
  void keep(std::span<const ValueId> operands, std::span<const ValueId> results);

 private:
  bool is_single_number(ValueId value) const;

  const Graph& graph_;
  std::vector<ValueId> shape_of_;  // by value: the first value that is known to have its shape
};

}  // namespace graphwitness
