#include "graphwitness/rules/rule.h"

namespace graphwitness {
namespace {

NodeId first_call(const Graph& graph, Symbol op) {
  for (NodeId node : graph.all_nodes()) {
    if (graph[node].op == op) return node;
  }
  return {};
}

void run(RuleContext& context) {
  const Graph& graph = context.graph();
  for (const MissingOperator& missing : graph.missing_operators()) {
    const std::string op(graph[missing.op]);
    context.report(first_call(graph, missing.op), Severity::warning,
                   "operator `" + op +
                       "` is not in the LibTorch in use, so nothing is known of what it does; its schema "
                       "was derived from its calls",
                   [](Finding& finding) {
                     finding.fix =
                         "load the model where the operator exists: with the PyTorch version that wrote the "
                         "archive, or with the library that registers it";
                   });
  }
}

}  // namespace

extern constinit const Rule rule_missing_op{"missing-op", "an operator that the LibTorch in use does not have", run};

}  // namespace graphwitness
