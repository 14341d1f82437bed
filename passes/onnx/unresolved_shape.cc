#include "graphwitness/rules/rule.h"
#include "inference/onnx_inference.h"

namespace graphwitness {
namespace {

/// Where the rank was lost: the first node on the way back whose inputs are still ranked.
NodeId culprit(const Graph& graph, const OnnxInference& inference, ValueId value) {
  NodeId node = graph.defining_node(value);
  constexpr int kMostSteps = 1000;
  for (int step = 0; node && step < kMostSteps; ++step) {
    NodeId earlier;
    for (ValueId operand : graph[graph[node].operands]) {
      if (!operand || inference.type(operand).ranked) continue;
      if (const NodeId from = graph.defining_node(operand); from && from < node) earlier = from;
    }
    if (!earlier) return node;
    node = earlier;
  }
  return node;
}

void run(RuleContext& context) {
  const Graph& graph = context.graph();
  if (graph.format() != Format::onnx) return;
  const auto& inference = context.analysis<OnnxInference>();
  for (FunctionId function : graph.functions()) {
    for (ValueId output : graph[graph[graph[function].body].outputs]) {
      if (!output || graph[output].def != Value::Def::node) continue;
      const InferredType type = inference.type(output);
      const Type::Kind declared = graph[graph[output].type].kind;
      if (type.ranked || (declared != Type::Kind::tensor && declared != Type::Kind::unknown)) continue;
      const NodeId node = culprit(graph, inference, output);
      context.report(node, Severity::note,
                     "output `" + std::string(graph[graph[output].name]) + "` has an unknown rank, lost at `" +
                         std::string(graph[graph[node].op]) + "`");
    }
  }
}

}  // namespace

extern constinit const Rule rule_unresolved_shape{"unresolved-shape",
                                                  "an output whose rank shape inference cannot tell", run};

}  // namespace graphwitness
