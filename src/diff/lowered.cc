#include "diff/lowered.h"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>

#include "analysis/alignment_side.h"
#include "analysis/operator_twins.h"

namespace graphwitness {
namespace {

/// Have an operator of ONNX since a later opset, or in some cases only.
constexpr std::array kSometimesSeveral = std::to_array<std::string_view>(
    {"aten::gelu", "aten::hardsigmoid", "aten::hardswish", "aten::layer_norm", "aten::linear"});

bool is_one_for_one(std::string_view op) {
  const std::string_view name = canonical_operator(op);
  return std::ranges::find(kSometimesSeveral, name) == kSometimesSeveral.end() && has_export_twin(name);
}

bool is_folded(const AlignmentSide& side, const Alignment& alignment, NodeId node) {
  const Graph& graph = side.graph();
  const auto operands = graph[graph[node].operands];
  if (canonical_operator(graph[graph[node].op]) != "aten::batch_norm" || operands.empty() || !operands[0]) return false;
  const NodeId source = side.computed_by(operands[0]);
  return source && canonical_operator(graph[graph[source].op]) == "aten::_convolution" &&
         !alignment.on_right(source).empty();
}

}  // namespace

Lowered lowered_operators(const Graph& module, const Graph& exported, const Alignment& alignment) {
  OperatorKinds kinds;
  const AlignmentSide left(module, kinds);
  const AlignmentSide right(exported, kinds);
  Lowered lowered{.left = std::vector<bool>(module.all_nodes().size(), false),
                  .right = std::vector<bool>(exported.all_nodes().size(), false)};
  std::map<std::string_view, std::vector<NodeId>> of_module;
  for (NodeId node : module.all_nodes()) {
    const std::string_view op = module[module[node].op];
    if (!alignment.on_right(node).empty() || module[node].blocks.count > 0 || is_plumbing(op)) continue;
    lowered.left[node.raw] = is_folded(left, alignment, node);
    if (!lowered.left[node.raw] && !is_one_for_one(op)) of_module[left.module(node)].push_back(node);
  }
  for (NodeId node : exported.all_nodes()) {
    if (alignment.on_left(node) || exported[node].blocks.count > 0 || is_plumbing(exported[exported[node].op]))
      continue;
    const auto found = of_module.find(right.module(node));
    if (found == of_module.end()) continue;
    lowered.right[node.raw] = true;
    for (NodeId written : found->second) lowered.left[written.raw] = true;
    found->second.clear();
  }
  return lowered;
}

}  // namespace graphwitness
