#include "analysis/constants.h"
#include "analysis/operators.h"
#include "analysis/provenance.h"
#include "graphwitness/rules/rule.h"
#include "rules/python_losses.h"

namespace graphwitness {
namespace {

void run(RuleContext& context) {
  report_python_losses(context, "random-op");
  const Graph& graph = context.graph();
  const auto& constants = context.analysis<Provenance>().constants();
  for (NodeId node : graph.all_nodes()) {
    if (constants.is_dead(graph[node].parent) || !effect_of(graph, node).random) continue;
    context.report(node, Severity::note,
                   "`" + std::string(graph[graph[node].op]) + "` draws random numbers: results differ from run to run",
                   [](Finding& finding) {
                     finding.provenance = {"random"};
                     finding.loses = "the seed, in ONNX and in other runtimes";
                     finding.fix = "pass the random numbers in as an input, where results must repeat";
                   });
  }
}

}  // namespace

extern constinit const Rule rule_random_op{"random-op", "an operation that draws random numbers", run};

}  // namespace graphwitness
