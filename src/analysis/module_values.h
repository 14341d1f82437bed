#pragma once
/// Which module instance, or which attribute of one, a value is, as far as the module tree tells.

#include <cstdint>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "graphwitness/ir/graph.h"

namespace graphwitness {

class ModuleValues {
 public:
  explicit ModuleValues(const Graph& graph);

  /// None when the value is no module, or it is not known which.
  ModuleId module(ValueId value) const { return modules_[value.raw]; }
  /// The attribute that a `prim::GetAttr` reads; null when it is not known, or the node is something else.
  const ModuleAttribute* attribute_read(NodeId node) const;
  /// Name of the attribute that a `prim::GetAttr` or `prim::SetAttr` names.
  std::string_view attribute_name(NodeId node) const;
  /// The attribute is assigned by some method of the model (`self.x = ...`).
  bool is_assigned(ModuleId module, std::string_view name) const;

 private:
  const Graph& graph_;
  std::vector<ModuleId> modules_;                             // by value
  std::set<std::pair<ModuleId, std::string_view>> assigned_;  // module none: some module, not known which
};

}  // namespace graphwitness
