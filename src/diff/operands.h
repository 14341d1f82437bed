#pragma once
/// How the operands and attributes of two nodes that are the same in two versions differ.

#include <string>
#include <vector>

#include "analysis/alignment.h"
#include "analysis/module_values.h"
#include "graphwitness/findings/graph_change.h"
#include "graphwitness/ir/graph.h"

namespace graphwitness {

struct OperandChange {
  GraphChange::Kind kind = GraphChange::Kind::attribute;
  std::string name;  ///< "stride"
  std::string left;  ///< "[1, 1]"
  std::string right;
};

class OperandComparison {
 public:
  OperandComparison(const Graph& left, const Graph& right, const Alignment& alignment);

  std::vector<OperandChange> changes(NodeId left, NodeId right) const;

 private:
  const Graph& left_;
  const Graph& right_;
  const Alignment& alignment_;
  ModuleValues left_modules_;
  ModuleValues right_modules_;
};

}  // namespace graphwitness
