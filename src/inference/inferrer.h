#pragma once
/// Walks a graph once, in file order, and infers each node from the types of its operands.

#include <span>
#include <string>
#include <vector>

#include "graphwitness/ir/graph.h"
#include "inference/control_flow_types.h"
#include "inference/node_contexts.h"
#include "inference/onnx_inference.h"
#include "inference/operator_table.h"
#include "inference/type_store.h"

namespace graphwitness {

class Inferrer {
 public:
  Inferrer(const Graph& graph, std::span<const FreedDim> freed);

  void run();

  TypeStore& types() { return types_; }
  OperatorTable& operators() { return operators_; }
  ElementStore& elements() { return elements_; }
  std::vector<OnnxIssue>& issues() { return issues_; }

  // As walk() calls them.
  void enter(BlockId) {}
  void visit(NodeId node);
  void leave(BlockId block);

 private:
  void declare_values();
  void free_inputs();
  void infer(NodeId node, const Operator& op);
  void propagate(NodeId node, const Operator& op);
  void finish_blocks(NodeId node);
  void take_declared(NodeId node);
  bool all_types_known(NodeId node) const;
  void settle(NodeId node, ValueId result, const InferredType& inferred);
  void report_standing(NodeId node, Symbol symbol, const Operator& op);
  void add(OnnxIssue::Kind kind, NodeId node, std::string message, bool is_certain = true);

  const Graph& graph_;
  std::span<const FreedDim> freed_;  // while it runs
  bool believes_sizes_;              // that the model declares of results
  TypeStore types_;
  ElementStore elements_;
  OperatorTable operators_;
  NodeContext context_;
  std::vector<OnnxIssue> issues_;
  std::vector<bool> told_;                 // by symbol: the operator's standing was reported
  std::vector<std::string> told_domains_;  // that are not imported
};

}  // namespace graphwitness
