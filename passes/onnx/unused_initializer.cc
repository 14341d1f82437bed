#include "graphwitness/rules/rule.h"

namespace graphwitness {
namespace {

void run(RuleContext& context) {
  const Graph& graph = context.graph();
  if (graph.format() != Format::onnx) return;
  for (ValueId value : graph.all_values()) {
    if (graph[value].def != Value::Def::constant || !graph.uses(value).empty()) continue;
    const Tensor& tensor = graph[TensorId{graph[value].owner}];
    context.report({}, Severity::note,
                   "initializer `" + std::string(graph[graph[value].name]) + "`, " + std::to_string(tensor.length) +
                       " bytes, is used by no node");
  }
}

}  // namespace

extern constinit const Rule rule_unused_initializer{"unused-initializer",
                                                    "an initializer of an ONNX graph that nothing uses", run};

}  // namespace graphwitness
