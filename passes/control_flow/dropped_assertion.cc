#include "analysis/arms.h"
#include "analysis/control_flow.h"
#include "rules/branches.h"

namespace graphwitness {
namespace {

/// The text that is raised, when it is a constant.
std::string raised_text(const Graph& graph, const Constants& constants, BlockId arm) {
  for (NodeId node : graph[graph[arm].nodes]) {
    if (graph[graph[node].op] != "prim::RaiseException") continue;
    const ValueId message = value_at(graph[graph[node].operands], 0);
    if (message && constants[message].kind == Constant::Kind::string && !constants[message].text.empty()) {
      return std::string(constants[message].text);
    }
  }
  return {};
}

/// A check that only runs while the model trains, in an archive that is in training mode: whoever trains with the trace
/// misses it, in code of PyTorch itself too.
bool runs_in_training_only(RuleContext& context, NodeId node) {
  return context.analysis<OtherMode>().is_dead(context.graph()[node].parent);
}

Severity severity_of(RuleContext& context, NodeId branch, std::string& why) {
  why = why_note(context, branch);
  if (why.empty()) return Severity::warning;
  if (!is_scripted(context.graph()) || context.options().purpose == Purpose::script) return Severity::note;
  if (!runs_in_training_only(context, branch)) return Severity::note;
  why = "; the archive is in training mode, and only there is it checked";
  return Severity::warning;
}

void report(RuleContext& context, NodeId branch, ValueId condition, Cause cause, BlockId raising) {
  const Graph& graph = context.graph();
  const auto& provenance = context.analysis<Provenance>();
  std::string why;
  const Severity severity = severity_of(context, branch, why);
  const auto explain = [&context, branch, condition, cause, raising](Finding& finding) {
    explain_decision(context, finding, branch, condition, cause.origin, "decides whether to raise");
    const std::string text = raised_text(context.graph(), context.analysis<Provenance>().constants(), raising);
    finding.keeps = "what is computed when nothing is raised, for every input";
    finding.loses = text.empty() ? "the check" : "the check, which raises \"" + text + "\"";
    finding.fix = cause.kind == DecisionKind::data
                      ? "check the input before it goes into the model, or script the function that checks"
                      : "check shapes before the input goes into the model, or script the function that checks";
  };
  context.report(branch, severity,
                 who_decides(graph, provenance, condition, cause.origin, {"decides", "decide"}) +
                     " whether an error is raised; tracing drops the check" + why,
                 explain);
}

void run(RuleContext& context) {
  const Graph& graph = context.graph();
  if (graph.format() == Format::onnx) return;
  const auto& provenance = context.analysis<Provenance>();
  const Constants& constants = provenance.constants();
  for (NodeId node : graph.all_nodes()) {
    if (graph[node].blocks.count != 2 || !is_branch(graph, node) || constants.is_dead(graph[node].parent)) continue;
    const ValueId condition = graph[graph[node].operands][0];
    if (!condition || constants[condition].kind == Constant::Kind::boolean) continue;
    const auto arms = graph[graph[node].blocks];
    const bool first_raises = always_raises(graph, arms[0]);
    if (first_raises == always_raises(graph, arms[1])) continue;
    const auto cause = cause_of(provenance, condition);
    if (!cause || (cause->kind != DecisionKind::data && cause->kind != DecisionKind::shape)) continue;
    report(context, node, condition, *cause, arms[first_raises ? 0 : 1]);
  }
}

}  // namespace

extern constinit const Rule rule_dropped_assertion{"dropped-assertion",
                                                   "an error that data or shapes raise; tracing drops the check", run};

}  // namespace graphwitness
