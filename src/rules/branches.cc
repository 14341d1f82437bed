#include "rules/branches.h"

#include <array>

#include "analysis/arms.h"
#include "analysis/control_flow.h"
#include "analysis/uses.h"
#include "inference/onnx_inference.h"

namespace graphwitness {
namespace {

constexpr Verb kChooses{"chooses", "choose"};
constexpr Verb kDecides{"decides", "decide"};

/// As far as the graph tells, and for ONNX as far as it follows from its inputs.
InferredType type_of(RuleContext& context, ValueId value) {
  const Graph& graph = context.graph();
  if (graph.format() == Format::onnx) return context.analysis<OnnxInference>().type(value);
  const Type& type = graph[graph[value].type];
  return {type.kind == Type::Kind::tensor, type.dtype, type.ranked, graph[type.dims]};
}

/// Ranks and dtypes of what the two arms of an If yield, as far as both are known.
bool arms_differ_in_type(RuleContext& context, NodeId branch) {
  const Graph& graph = context.graph();
  const auto arms = graph[graph[branch].blocks];
  const auto yes = graph[graph[arms[0]].outputs];
  const auto no = graph[graph[arms[1]].outputs];
  for (std::size_t i = 0; i < yes.size() && i < no.size(); ++i) {
    if (!yes[i] || !no[i]) continue;
    const InferredType a = type_of(context, yes[i]);
    const InferredType b = type_of(context, no[i]);
    if (!a.is_tensor || !b.is_tensor) continue;
    if (a.dtype != DType::unknown && b.dtype != DType::unknown && a.dtype != b.dtype) return true;
    if (a.ranked && b.ranked && a.dims.size() != b.dims.size()) return true;
  }
  return false;
}

/// What control flow hands on and ONNX has no value for; "": nothing.
std::string_view unexportable_result(const Graph& graph, NodeId node) {
  for (ValueId result : graph[graph[node].results]) {
    if (!result || graph.uses(result).empty()) continue;
    switch (graph[graph[result].type].kind) {
      case Type::Kind::none:
      case Type::Kind::optional:
        return "None at times";
      case Type::Kind::dict:
        return "a dictionary";
      case Type::Kind::object:
        return "an object";
      default:
        break;
    }
  }
  return {};
}

/// Why the ONNX of `--target` cannot take this branch or loop of a script; "": it can, or there is no target.
std::string why_not_exported(RuleContext& context, NodeId node) {
  const Graph& graph = context.graph();
  if (context.options().target_opset == 0 || graph.format() == Format::onnx) return {};
  const std::string_view result = unexportable_result(graph, node);
  if (!result.empty()) return "; it yields " + std::string(result) + ", which ONNX has no value for";
  if (is_branch(graph, node) && arms_differ_in_type(context, node)) {
    return "; the arms yield tensors of different rank or dtype, which the export to ONNX cannot join";
  }
  return {};
}

const char* other_inputs(Origin origin) {
  switch (origin) {
    case Origin::data:
    case Origin::random:
      return "whatever the input";
    case Origin::shape:
      return "whatever the size of the input";
    case Origin::rank:
      return "whatever the rank of the input";
    case Origin::dtype:
      return "whatever the dtype of the input";
    case Origin::device:
      return "wherever the input is";
    case Origin::layout:
    case Origin::metadata:
      return "however the input lies in memory";
    case Origin::state:
      return "whatever earlier calls left";
    case Origin::training:
    case Origin::mode:
    case Origin::gradient:
      return "whatever the mode";
    case Origin::argument:
    case Origin::attribute:
      break;
  }
  return "whatever the arguments";
}

const char* fix_of_branch(DecisionKind kind) {
  switch (kind) {
    case DecisionKind::data:
      return "export this function with `torch.jit.script`, or compute both arms and choose with `torch.where` where "
             "their shapes agree";
    case DecisionKind::shape:
      return "export this function with `torch.jit.script`, or write both arms as one computation on sizes (pad by "
             "`-size % k`, reshape with -1), or trace once for each kind of input and say so";
    case DecisionKind::state:
      return "script the module, or pass the state in and out as a tensor and choose with `torch.where`";
    case DecisionKind::mode:
      return "put the module into the mode it ships in (`.eval()`) before tracing and do not switch the trace "
             "afterwards, or script it";
    case DecisionKind::argument:
      break;
  }
  return "script the module, or trace one method for each value of the argument";
}

/// What keeps a branch from mattering although it is decided by something that varies.
std::string why_harmless(const Graph& graph, NodeId branch) {
  const auto arms = graph[graph[branch].blocks];
  if (are_equal(graph, arms[0], arms[1])) return "; both arms are equal";
  if (only_tells(graph, branch)) return "; it only prints or warns";
  if (is_unobserved(graph, branch)) return "; nobody uses what the arms yield";
  return {};
}

void explain_arms(const RuleContext& context, Finding& finding, NodeId branch, Cause cause) {
  const Graph& graph = context.graph();
  if (graph.format() == Format::onnx) return;
  const auto arms = graph[graph[branch].blocks];
  finding.keeps = std::string("the arm that the example takes, ") + other_inputs(cause.origin) + ": " +
                  describe_arm(context, arms[0]) + ", or else " + describe_arm(context, arms[1]);
  finding.loses = "the condition and the other arm";
  finding.fix = fix_of_branch(cause.kind);
}

void report_branch(RuleContext& context, NodeId branch, ValueId condition, Cause cause) {
  const Graph& graph = context.graph();
  Severity severity = decision_severity(context, branch, cause.kind);
  std::string why = why_note(context, branch);
  if (const std::string harmless = why_harmless(graph, branch); !harmless.empty()) {
    severity = Severity::note;
    why = harmless;
  } else if (graph.format() == Format::onnx && arms_differ_in_type(context, branch)) {
    severity = Severity::warning;
    why = "; the arms yield tensors of different rank or dtype";
  } else if (const std::string lost = why_not_exported(context, branch); !lost.empty()) {
    if (severity == Severity::note) severity = Severity::warning;
    why += lost;
  }
  const auto explain = [&context, branch, condition, cause](Finding& finding) {
    explain_decision(context, finding, branch, condition, cause.origin, "chooses the arm");
    explain_arms(context, finding, branch, cause);
  };
  const auto& provenance = context.analysis<Provenance>();
  context.report(branch, severity, who_decides(graph, provenance, condition, cause.origin, kChooses) + " the arm" + why,
                 explain);
}

struct Decider {
  ValueId value;
  const char* what;
};

const char* fix_of_loop(DecisionKind kind) {
  switch (kind) {
    case DecisionKind::data:
      return "export this function with `torch.jit.script`, or give the loop a fixed number of turns and mask the ones "
             "that should not count";
    case DecisionKind::shape:
      return "export this function with `torch.jit.script`, or write the loop as one operation on the whole tensor "
             "(`cumsum`, `unfold`, batched `matmul`)";
    case DecisionKind::state:
    case DecisionKind::mode:
    case DecisionKind::argument:
      break;
  }
  return "export this function with `torch.jit.script`";
}

void report_loop(RuleContext& context, NodeId loop, const Decider& decider, Cause cause) {
  const Graph& graph = context.graph();
  const auto& provenance = context.analysis<Provenance>();
  Severity severity = decision_severity(context, loop, cause.kind);
  std::string why = why_note(context, loop);
  if (is_unobserved(graph, loop)) {
    severity = Severity::note;
    why = "; nobody uses what the loop yields";
  } else if (const std::string lost = why_not_exported(context, loop); !lost.empty()) {
    if (severity == Severity::note) severity = Severity::warning;
    why += lost;
  }
  const auto explain = [&context, loop, decider, cause](Finding& finding) {
    explain_decision(context, finding, loop, decider.value, cause.origin, std::string("decides ") + decider.what);
    if (context.graph().format() == Format::onnx) return;
    finding.keeps = std::string("as many turns as the example takes, one after the other, ") +
                    other_inputs(cause.origin) + ": " +
                    describe_arm(context, context.graph()[context.graph()[loop].blocks][0]);
    finding.loses = "the loop";
    finding.fix = fix_of_loop(cause.kind);
  };
  context.report(loop, severity,
                 who_decides(graph, provenance, decider.value, cause.origin, kDecides) + " " + decider.what + why,
                 explain);
}

/// The strongest cause among those that decide a loop, first come first.
void look_at_loop(RuleContext& context, NodeId loop, const LoopForm& form, DecisionKind kind) {
  const Graph& graph = context.graph();
  const auto& provenance = context.analysis<Provenance>();
  const auto operands = graph[graph[loop].operands];
  const auto outputs = graph[graph[graph[graph[loop].blocks][0]].outputs];
  const std::array deciders{Decider{value_at(operands, form.count_operand), "how often the loop turns"},
                            Decider{value_at(outputs, form.condition_output), "when the loop ends"},
                            Decider{value_at(operands, form.condition_operand), "whether the loop starts"}};
  const Decider* strongest = nullptr;
  std::optional<Cause> cause;
  for (const Decider& decider : deciders) {
    const auto found = decider.value ? cause_of(provenance, decider.value) : std::nullopt;
    if (!found || (cause && cause->kind <= found->kind)) continue;
    strongest = &decider;
    cause = found;
  }
  if (cause && cause->kind == kind) report_loop(context, loop, *strongest, *cause);
}

/// All that the condition has of its cause is what an earlier branch chose, one that is reported itself: then it is
/// that branch's finding. A branch of PyTorch itself does not speak for the user's.
bool follows_from_another(const Graph& graph, const Provenance& provenance, ValueId condition, Cause cause) {
  for (NodeId node : provenance.trail(condition, Facet::data, cause.origin).nodes) {
    if (is_branch(graph, node) && (is_in_library(graph, node) || is_assertion(graph, node))) return false;
  }
  return true;
}

std::string mode_name(bool training) { return training ? "training" : "evaluation"; }

}  // namespace

bool is_assertion(const Graph& graph, NodeId branch) {
  const auto arms = graph[graph[branch].blocks];
  return always_raises(graph, arms[0]) || always_raises(graph, arms[1]);
}

void report_branches(RuleContext& context, DecisionKind kind) {
  const Graph& graph = context.graph();
  const auto& provenance = context.analysis<Provenance>();
  const Constants& constants = provenance.constants();
  for (NodeId node : graph.all_nodes()) {
    if (graph[node].blocks.count != 2 || !is_branch(graph, node) || constants.is_dead(graph[node].parent)) continue;
    const ValueId condition = graph[graph[node].operands][0];
    if (!condition || constants[condition].kind == Constant::Kind::boolean) continue;
    auto cause = direct_cause_of(provenance, condition);
    const bool direct = cause.has_value();
    if (!direct) cause = cause_of(provenance, condition);
    if (!cause || cause->kind != kind || is_assertion(graph, node) || is_logic(graph, constants, node)) continue;
    if (!direct && follows_from_another(graph, provenance, condition, *cause)) continue;
    report_branch(context, node, condition, *cause);
  }
}

void report_loops(RuleContext& context, DecisionKind kind) {
  const Graph& graph = context.graph();
  const auto& provenance = context.analysis<Provenance>();
  for (NodeId node : graph.all_nodes()) {
    if (graph[node].blocks.count != 1) continue;
    const auto form = loop_form(graph, node);
    if (!form || provenance.constants().is_dead(graph[node].parent)) continue;
    look_at_loop(context, node, *form, kind);
  }
}

void report_training_branches(RuleContext& context) {
  const Graph& graph = context.graph();
  if (!is_scripted(graph)) return;
  const Constants& own = context.analysis<Provenance>().constants();
  const Constants& other = context.analysis<OtherMode>();
  for (NodeId node : graph.all_nodes()) {
    if (graph[node].blocks.count != 2 || !is_branch(graph, node) || own.is_dead(graph[node].parent)) continue;
    const ValueId condition = graph[graph[node].operands][0];
    if (!condition || own[condition].kind != Constant::Kind::boolean || own[condition] == other[condition]) continue;
    // Layers of PyTorch itself have a mode by design.
    if (is_in_library(graph, node) || is_assertion(graph, node) || is_logic(graph, own, node)) continue;
    const bool training = graph.property("training") == "true";
    const std::string harmless = why_harmless(graph, node);
    const std::string why = harmless.empty() ? why_note(context, node) : harmless;
    const auto explain = [&context, node](Finding& finding) {
      finding.provenance.emplace_back(name_of(Origin::training));
      explain_arms(context, finding, node, {DecisionKind::mode, Origin::training});
    };
    context.report(node, why.empty() ? Severity::warning : Severity::note,
                   "`training` chooses the arm; the archive is in " + mode_name(training) + " mode" + why, explain);
  }
}

}  // namespace graphwitness
