#pragma once
/// One of two graphs, prepared to be aligned: what each node does, where it comes from, and what it computes from.

#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "analysis/module_values.h"
#include "graphwitness/ir/graph.h"

namespace graphwitness {

/// Numbers for operators, the same on both sides.
class OperatorKinds {
 public:
  std::uint32_t of(std::string_view op);

 private:
  std::unordered_map<std::string_view, std::uint32_t> kinds_;
};

class AlignmentSide {
 public:
  AlignmentSide(const Graph& graph, OperatorKinds& kinds);

  const Graph& graph() const { return graph_; }
  /// The nodes of a function that take part, in file order.
  std::vector<NodeId> nodes_of(FunctionId function) const;
  /// Operator, and whether it works on Python numbers (or on tensors that stand for them); kNoKind: takes no part.
  static constexpr std::uint32_t kNoKind = 0xFFFF'FFFF;
  std::uint32_t kind(NodeId node) const { return kind_[node.raw]; }
  bool has_line(NodeId node) const;
  std::uint32_t line(NodeId node) const;
  bool is_in_loop(NodeId node) const { return in_loop_[graph_[node].parent.raw] != 0; }

  // Keys, equal on both sides for what may be the same; from the most to the least telling.
  /// Assignments have no line: module and attribute.
  std::uint64_t by_assignment(NodeId node) const;
  std::uint64_t by_stack(NodeId node) const;
  /// The stack without PyTorch's own frames: what one graph has as an operator may be a helper's code in the other
  /// (`Tensor.split`, `x // y`).
  std::uint64_t by_user_stack(NodeId node) const;
  /// Not known of this node: no line, no assignment.
  static constexpr std::uint64_t kNoKey = 0;
  std::uint64_t by_scope(NodeId node) const;
  std::uint64_t by_line(NodeId node) const;
  /// Not the line: the function that the node stands in.
  std::uint64_t by_function(NodeId node) const;
  /// Operator and parameters that it uses; 0: it uses none.
  std::uint64_t by_parameters(NodeId node) const;

  // Of two versions.
  /// Operator, module, parameters and constants that it takes, attributes.
  std::uint64_t by_all(NodeId node) const;
  /// Operator and module.
  std::uint64_t by_module(NodeId node) const;
  std::uint64_t by_operator(NodeId node) const;

  /// The module instance that the node belongs to; "" when it is the root, or not known.
  std::string_view module(NodeId node) const;

  /// The node that computes an operand, behind what only passes it on; none: a parameter, a constant, ...
  NodeId computed_by(ValueId value) const;
  /// The module attribute that a value is read from, or the initializer of that name, as a hash of its path; 0: none,
  /// or one whose name an exporter made up.
  std::uint64_t parameter(ValueId value) const;

 private:
  void hash_locations();
  void mark_loops();
  void mark_numbers();
  void set_kinds(OperatorKinds& kinds);
  bool stands_for_number(NodeId node) const;

  const Graph& graph_;
  ModuleValues modules_;
  std::vector<std::uint64_t> user_stack_;  // by location
  std::vector<std::uint64_t> stack_;       // by location
  std::vector<std::uint8_t> in_loop_;      // by block
  std::vector<std::uint8_t> number_;       // by value
  std::vector<std::uint32_t> kind_;        // by node
};

}  // namespace graphwitness
