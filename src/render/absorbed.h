#pragma once
/// Which values are shown inside their users rather than as boxes: weights, constants, lists of constants, attributes
/// of modules, and `self`.
///
/// Limit: a list counts only when its elements are defined before it in the file.

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "graphwitness/ir/graph.h"

namespace graphwitness::picture {

class Absorbed {
 public:
  /// Nodes and values in `keep` (by raw id) are drawn, whatever they are.
  Absorbed(const Graph& graph, const std::vector<bool>& keep_nodes, const std::vector<bool>& keep_values);

  bool operator[](ValueId value) const { return values_[value.raw]; }
  bool operator[](NodeId node) const { return nodes_[node.raw]; }

  /// A weight, or another tensor that the model carries: shown by name and type.
  bool is_parameter(ValueId value) const;
  /// Name of a parameter, "weight" or "self.scale".
  std::string name(ValueId value) const;
  /// Type of a parameter, as the file that holds it says.
  TypeId type(ValueId value) const;
  /// The tensor that a parameter is; none when the file does not tell.
  TensorId tensor(ValueId value) const;
  /// A constant as a reader would write it: "2.0", "[2, 2]".
  std::string text(ValueId value) const;

 private:
  void absorb_selves(const std::vector<bool>& keep_values);
  bool changes(NodeId list) const;
  void absorb_node(NodeId node);
  void absorb_attribute(NodeId node);
  std::string text(ValueId value, int levels) const;
  std::string list_text(NodeId node, int levels) const;
  ValueId original(ValueId value) const;
  /// What the module holds that `value` was read from; null when it was not, or when that is not known.
  const Literal* held(ValueId value) const;

  const Graph& graph_;
  std::vector<bool> nodes_;
  std::vector<bool> values_;
  /// Of copies of absorbed values (exporters share equal weights by `Identity`), by value.
  std::unordered_map<std::uint32_t, ValueId> originals_;
  /// What a value read from a module holds, and where modules are: by value.
  std::unordered_map<std::uint32_t, LiteralId> literals_;
  std::unordered_map<std::uint32_t, ModuleId> modules_;
  /// (module, attribute name) to its value: a frozen model has all its weights on one module.
  std::unordered_map<std::uint64_t, LiteralId> attributes_;
  std::unordered_map<std::string_view, Symbol> names_;
};

}  // namespace graphwitness::picture
