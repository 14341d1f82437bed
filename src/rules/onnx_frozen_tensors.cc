#include "rules/onnx_frozen_tensors.h"

#include <optional>
#include <string>

#include "rules/tensor_words.h"

namespace graphwitness {
namespace {

bool is_floating(DType dtype) {
  return dtype == DType::f16 || dtype == DType::bf16 || dtype == DType::f32 || dtype == DType::f64;
}

/// The type of a floating tensor of several elements that a `Constant` holds. Integers are mostly sizes and axes.
std::optional<Type> captured_type(const Graph& graph, NodeId node) {
  if (graph[graph[node].op] != "onnx::Constant") return std::nullopt;
  const Literal* const literal = graph.attribute(node, "value");
  if (literal == nullptr || literal->kind != Literal::Kind::tensor) return std::nullopt;
  const Type type = graph[graph[TensorId{static_cast<std::uint32_t>(literal->bits)}].type];
  std::int64_t elements = 1;
  for (const Dim& dim : graph[type.dims]) elements = dim.extent < 2 ? elements : dim.extent;
  return is_floating(type.dtype) && elements > 1 ? std::optional(type) : std::nullopt;
}

}  // namespace

void report_onnx_tensors(RuleContext& context) {
  const Graph& graph = context.graph();
  if (graph.format() != Format::onnx || graph.property("producer_name") != "pytorch") return;
  for (NodeId node : graph.all_nodes()) {
    const auto type = captured_type(graph, node);
    if (!type) continue;
    context.report(
        node, Severity::note,
        "a tensor " + shape_text(graph, *type) +
            " is a constant of the graph and no parameter: it holds what it held when the model was exported",
        [](Finding& finding) {
          finding.keeps = "the values from the export";
          finding.loses = "every later value, where it was computed from data or shapes";
          finding.fix = "register it as a buffer, so that it has a name, or compute it from the inputs";
        });
  }
}

}  // namespace graphwitness
