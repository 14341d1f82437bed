#include "analysis/arms.h"
#include "analysis/control_flow.h"
#include "graphwitness/rules/rule.h"
#include "rules/decision.h"

namespace graphwitness {
namespace {

/// An arm that only raises is an assertion, which another rule reports.
bool is_assertion(const Graph& graph, NodeId branch) {
  const auto arms = graph[graph[branch].blocks];
  return always_raises(graph, arms[0]) || always_raises(graph, arms[1]);
}

/// Ranks and dtypes of what the two arms of an ONNX If yield, as far as both are known.
bool arms_differ_in_type(const Graph& graph, NodeId branch) {
  const auto arms = graph[graph[branch].blocks];
  const auto yes = graph[graph[arms[0]].outputs];
  const auto no = graph[graph[arms[1]].outputs];
  for (std::size_t i = 0; i < yes.size() && i < no.size(); ++i) {
    if (!yes[i] || !no[i]) continue;
    const Type& a = graph[graph[yes[i]].type];
    const Type& b = graph[graph[no[i]].type];
    if (a.kind != Type::Kind::tensor || b.kind != Type::Kind::tensor) continue;
    if (a.dtype != DType::unknown && b.dtype != DType::unknown && a.dtype != b.dtype) return true;
    if (a.ranked && b.ranked && a.dims.count != b.dims.count) return true;
  }
  return false;
}

void explain_loss(const RuleContext& context, Finding& finding, NodeId branch) {
  const Graph& graph = context.graph();
  const auto arms = graph[graph[branch].blocks];
  finding.keeps = "the arm that the example takes, whatever the input: " + describe_arm(context, arms[0]) +
                  ", or else " + describe_arm(context, arms[1]);
  finding.loses = "the condition and the other arm";
  finding.fix =
      "export this function with `torch.jit.script`, or compute both arms and choose with `torch.where` where their "
      "shapes agree";
}

void report(RuleContext& context, NodeId branch, ValueId condition, Origin origin) {
  const Graph& graph = context.graph();
  const auto& provenance = context.analysis<Provenance>();
  const auto arms = graph[graph[branch].blocks];
  Severity severity = decision_severity(context, branch);
  std::string why = why_note(context, branch);
  if (are_equal(graph, arms[0], arms[1])) {
    severity = Severity::note;
    why = "; both arms are equal";
  } else if (is_unobserved(graph, branch)) {
    severity = Severity::note;
    why = "; nobody uses what the arms yield";
  } else if (graph.format() == Format::onnx && arms_differ_in_type(graph, branch)) {
    severity = Severity::warning;
    why = "; the arms yield tensors of different rank or dtype";
  }
  const auto explain = [&context, branch, condition, origin](Finding& finding) {
    explain_decision(context, finding, branch, condition, origin, "chooses the arm");
    if (context.graph().format() != Format::onnx) explain_loss(context, finding, branch);
  };
  context.report(branch, severity, describe_origin(graph, provenance, condition, origin) + " chooses the arm" + why,
                 explain);
}

void run(RuleContext& context) {
  const Graph& graph = context.graph();
  const auto& provenance = context.analysis<Provenance>();
  for (NodeId node : graph.all_nodes()) {
    if (!is_branch(graph, node) || provenance.constants().is_dead(graph[node].parent)) continue;
    const ValueId condition = graph[graph[node].operands][0];
    const auto origin = data_origin(provenance, condition);
    if (!origin || is_assertion(graph, node)) continue;
    report(context, node, condition, *origin);
  }
}

}  // namespace

extern constinit const Rule rule_data_dependent_branch{
    "data-dependent-branch", "tensor data chooses which arm of a branch runs; a trace keeps one arm", run};

}  // namespace graphwitness
