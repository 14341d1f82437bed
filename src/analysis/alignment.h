#pragma once
/// Two graphs of one program laid side by side: which node of one is which of the other.
///
/// Nodes are matched by source line, call stack, module instance and operator (twins count as one), then by what they
/// compute from and by order. A loop of the left graph may be unrolled in the right one: its nodes have several on the
/// right. Without source lines the order of operators and the parameters they use decide. Linear in both graphs. What
/// is on one line, of one operator and from one source may be matched crosswise.
///
/// Two versions of a graph (two traces, two ONNX files, a module and its export) are matched as `diff` matches texts:
/// by the order of what each node is, whatever its line and name.

#include <cstdint>
#include <span>
#include <vector>

#include "graphwitness/ir/graph.h"

namespace graphwitness {

class Alignment {
 public:
  enum class Relation : std::uint8_t {
    recording,  ///< the left graph is scripted, the right one traced
    versions,
  };
  Alignment(const Graph& left, const Graph& right, Relation relation = Relation::recording);

  /// Nodes of the right graph that do what this one does, in order; empty: none was found.
  std::span<const NodeId> on_right(NodeId left) const;
  /// None when the right node has no counterpart.
  NodeId on_left(NodeId right) const { return left_of_[right.raw]; }
  /// The function of the right graph that a left one is compared with; none: it has none.
  FunctionId function_on_right(FunctionId left) const { return function_of_[left.raw]; }
  /// Both graphs carry source lines, so that a node without a counterpart is one that the other graph has not.
  bool has_lines() const { return has_lines_; }

 private:
  void keep(const Graph& left);

  std::vector<NodeId> left_of_;       // by right node
  std::vector<std::uint32_t> first_;  // by left node: where its matches start
  std::vector<NodeId> matches_;
  std::vector<FunctionId> function_of_;  // by left function
  bool has_lines_ = false;
};

}  // namespace graphwitness
