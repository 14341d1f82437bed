#include "analysis/control_flow.h"

#include <algorithm>
#include <string_view>

namespace graphwitness {
namespace {

std::uint32_t minus(std::size_t total, std::uint32_t part) {
  return total > part ? static_cast<std::uint32_t>(total) - part : 0;
}

/// ONNX Scan: a count of scanned inputs as attribute; the operands before them are carried. Opset 8 has one more
/// operand in front (sequence lengths), told by the number of the body's parameters.
LoopForm scan_form(const Graph& graph, NodeId node, std::uint32_t operands, std::uint32_t params) {
  const Literal* attribute = graph.attribute(node, "num_scan_inputs");
  const std::int64_t scanned = attribute != nullptr ? attribute->bits : 1;
  LoopForm form;
  form.scanned = static_cast<std::uint32_t>(std::clamp<std::int64_t>(scanned, 0, params));
  form.carried = params - form.scanned;
  form.first_carried_operand = minus(operands, params);
  return form;
}

}  // namespace

bool is_branch(const Graph& graph, NodeId node) {
  const std::string_view op = graph[graph[node].op];
  return (op == "prim::If" || op == "onnx::If") && graph[node].blocks.count == 2 && graph[node].operands.count >= 1;
}

std::optional<LoopForm> loop_form(const Graph& graph, NodeId id) {
  const Node& node = graph[id];
  const std::string_view op = graph[node.op];
  const bool prim = op == "prim::Loop";
  const bool onnx = op == "onnx::Loop";
  if ((!prim && !onnx && op != "onnx::Scan") || node.blocks.count != 1) return std::nullopt;
  const Block& body = graph[graph[node.blocks][0]];
  if (!prim && !onnx) return scan_form(graph, id, node.operands.count, body.params.count);
  LoopForm form{.count_operand = 0, .condition_operand = 1, .condition_output = 0};
  form.first_carried_operand = 2;
  form.first_carried_param = prim ? 1 : 2;
  form.first_carried_output = 1;
  form.carried = std::min({minus(node.operands.count, 2), minus(body.params.count, form.first_carried_param),
                           minus(body.outputs.count, 1)});
  return form;
}

ValueId value_at(std::span<const ValueId> values, std::optional<std::uint32_t> index) {
  return index && *index < values.size() ? values[*index] : ValueId{};
}

}  // namespace graphwitness
