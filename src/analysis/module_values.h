#pragma once
/// Which module instance, or which attribute of one, a value is, as far as the module tree tells.

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
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
  std::vector<ModuleId> modules_;  // by value
  struct Assignment {
    ModuleId module;  ///< none: some module, not known which
    std::string_view name;
  };
  std::vector<Assignment> assignments_;
};

}  // namespace graphwitness
