#include <array>

#include "analysis/control_flow.h"
#include "graphwitness/rules/rule.h"
#include "rules/decision.h"

namespace graphwitness {
namespace {

struct Decider {
  ValueId value;
  const char* decides;
};

void explain_loss(const RuleContext& context, Finding& finding, NodeId loop) {
  const Graph& graph = context.graph();
  finding.keeps = "as many turns as the example takes, one after the other, whatever the input: " +
                  describe_arm(context, graph[graph[loop].blocks][0]);
  finding.loses = "the loop";
  finding.fix =
      "export this function with `torch.jit.script`, or give the loop a fixed number of turns and mask the ones that "
      "should not count";
}

void report(RuleContext& context, NodeId loop, const Decider& decider, Origin origin) {
  const Graph& graph = context.graph();
  const auto& provenance = context.analysis<Provenance>();
  const std::string why = why_note(context, loop);
  const std::string decides = std::string("decides ") + decider.decides;
  const auto explain = [&context, loop, value = decider.value, origin, decides](Finding& finding) {
    explain_decision(context, finding, loop, value, origin, decides);
    if (context.graph().format() != Format::onnx) explain_loss(context, finding, loop);
  };
  context.report(loop, decision_severity(context, loop),
                 describe_origin(graph, provenance, decider.value, origin) + " " + decides + why, explain);
}

void run(RuleContext& context) {
  const Graph& graph = context.graph();
  const auto& provenance = context.analysis<Provenance>();
  for (NodeId node : graph.all_nodes()) {
    const auto form = loop_form(graph, node);
    if (!form || provenance.constants().is_dead(graph[node].parent)) continue;
    const auto operands = graph[graph[node].operands];
    const auto outputs = graph[graph[graph[graph[node].blocks][0]].outputs];
    const std::array deciders{Decider{value_at(operands, form->count_operand), "how often the loop turns"},
                              Decider{value_at(outputs, form->condition_output), "when the loop ends"},
                              Decider{value_at(operands, form->condition_operand), "whether the loop starts"}};
    for (const Decider& decider : deciders) {
      const auto origin = data_origin(provenance, decider.value);
      if (!origin) continue;
      report(context, node, decider, *origin);
      break;
    }
  }
}

}  // namespace

extern constinit const Rule rule_data_dependent_loop{
    "data-dependent-loop", "tensor data decides how often a loop turns; a trace keeps the example's count", run};

}  // namespace graphwitness
