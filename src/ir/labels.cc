#include <vector>

#include "graphwitness/ir/text.h"
#include "ir/spelling.h"
#include "ir/text_map.h"
#include "ir/walk.h"

namespace graphwitness {
namespace {

/// Gives out labels that are unique among those of one function and those of the constants.
class Labeller {
 public:
  Labeller(const Graph& graph, std::vector<std::string>& labels) : graph_(graph), labels_(labels) {}

  void label(ValueId value) {
    if (!value || !labels_[value.raw].empty()) return;
    const std::string_view name = graph_[graph_[value].name];
    std::string& label = labels_[value.raw];
    label += '%';
    if (is_plain_label(name)) {
      label += name;
    } else if (!name.empty()) {
      append_quoted(label, name);
    }
    given_.push_back(name);
    const std::uint32_t count = ++counts_[name];
    if (count == 1 && !name.empty()) return;
    label += '#';
    append_unsigned(label, count);
  }

  /// What was given out so far stays taken.
  void keep() { given_.clear(); }
  /// Frees what was given out since keep(), for the next function.
  void forget() {
    for (std::string_view name : given_) --counts_[name];
    given_.clear();
  }

 private:
  const Graph& graph_;
  std::vector<std::string>& labels_;
  TextMap<std::uint32_t> counts_;  ///< by name, how many values have it
  std::vector<std::string_view> given_;
};

struct LabelDefinitions {
  const Graph& graph;
  Labeller& labeller;
  void enter(BlockId block) {
    for (ValueId param : graph[graph[block].params]) labeller.label(param);
  }
  void visit(NodeId node) {
    for (ValueId result : graph[graph[node].results]) labeller.label(result);
  }
  void leave(BlockId) {}
};

struct LabelReferences {
  const Graph& graph;
  Labeller& labeller;
  void enter(BlockId) {}
  void visit(NodeId node) {
    for (ValueId operand : graph[graph[node].operands]) labeller.label(operand);
  }
  void leave(BlockId block) {
    for (ValueId output : graph[graph[block].outputs]) labeller.label(output);
  }
};

}  // namespace

ValueLabels::ValueLabels(const Graph& graph) : labels_(graph.all_values().size()) {
  Labeller labeller(graph, labels_);
  for (ValueId value : graph.all_values()) {
    if (graph[value].def == Value::Def::constant) labeller.label(value);
  }
  labeller.keep();
  for (FunctionId function : graph.functions()) {
    walk(graph, graph[function].body, LabelDefinitions{graph, labeller});
    walk(graph, graph[function].body, LabelReferences{graph, labeller});
    labeller.forget();
  }
}

std::string_view ValueLabels::operator[](ValueId value) const {
  return value ? std::string_view(labels_[value.raw]) : "_";
}

}  // namespace graphwitness
