#include "rules/decision.h"

#include <algorithm>
#include <array>
#include <span>

#include "analysis/arms.h"
#include "analysis/operators.h"
#include "rules/places.h"
#include "support/quote.h"

namespace graphwitness {
namespace {

constexpr std::size_t kNamedOperators = 3;
constexpr std::size_t kNamedInputs = 8;

constexpr std::array kByStrength{
    Cause{DecisionKind::data, Origin::data},        Cause{DecisionKind::data, Origin::random},
    Cause{DecisionKind::shape, Origin::shape},      Cause{DecisionKind::shape, Origin::rank},
    Cause{DecisionKind::shape, Origin::dtype},      Cause{DecisionKind::shape, Origin::device},
    Cause{DecisionKind::shape, Origin::layout},     Cause{DecisionKind::state, Origin::state},
    Cause{DecisionKind::mode, Origin::training},    Cause{DecisionKind::mode, Origin::gradient},
    Cause{DecisionKind::mode, Origin::mode},        Cause{DecisionKind::shape, Origin::metadata},
    Cause{DecisionKind::argument, Origin::argument}};

std::string input_name(const Graph& graph, ValueId input) { return std::string(graph[graph[input].name]); }

/// "a", "a and b", "a, b and c".
std::string enumerate(const std::vector<std::string>& items) {
  std::string text;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i > 0) text += i + 1 == items.size() ? " and " : ", ";
    text += items[i];
  }
  return text;
}

/// The method itself is a recording, whatever the code that it calls is.
bool is_recording(const Graph& graph, const Function& function) {
  if (function.origin == Function::Origin::traced) return true;
  if (function.origin != Function::Origin::mixed || !function.self) return false;
  const std::string name = std::string(graph[graph[function.self].type]) + "." + std::string(graph[function.name]);
  return std::ranges::any_of(graph.callables(), [&](const Callable& callable) {
    return graph[callable.name] == name && callable.origin == Function::Origin::traced;
  });
}

/// An archive with a recorded method is what tracing made: its scripted code was called by the trace or exported beside
/// it, and stays as it is.
bool is_kept_by_trace(const Graph& graph) {
  for (FunctionId function : graph.functions()) {
    if (is_recording(graph, graph[function])) return true;
  }
  return false;
}

/// The archive's own code for saving and loading, which no call of the model runs.
bool is_of_loading(const Graph& graph, NodeId node) {
  const std::string_view name = graph[graph[function_of(graph, node)].name];
  return name == "__setstate__" || name == "__getstate__";
}

/// A helper such as `torch._assert`, which only does in a function what its caller could write in place.
bool speaks_for_caller(const Graph& graph, LocationId frame) { return graph[graph[frame].function] == "_assert"; }

/// What an argument decides by: a value, whether it is given, how long it is.
std::string argument_name(const Graph& graph, ValueId input, const std::string& name) {
  switch (graph[graph[input].type].kind) {
    case Type::Kind::optional:
      return "whether " + name + " is None";
    case Type::Kind::dict:
      return "which keys " + name + " has";
    case Type::Kind::list:
    case Type::Kind::tuple:
      return "what the list " + name + " holds and how long it is";
    case Type::Kind::unknown:
    case Type::Kind::none:
    case Type::Kind::tensor:
    case Type::Kind::scalar:
    case Type::Kind::object:
    case Type::Kind::opaque:
      break;
  }
  return "the argument " + name;
}

/// The attribute that holds the state, when the way begins with reading it.
std::string state_name(const Graph& graph, const Provenance& provenance, ValueId decider) {
  const Provenance::Trail trail = provenance.trail(decider, Facet::data, Origin::state);
  const ModuleValues& modules = provenance.constants().modules();
  const auto named = [&](NodeId read) {
    return "the attribute " + quote(modules.attribute_name(read)) + ", which calls change,";
  };
  for (NodeId node : trail.nodes) {
    if (graph[graph[node].op] == "prim::GetAttr") return named(node);
    for (ValueId operand : graph[graph[node].operands]) {
      const NodeId maker = operand ? graph.defining_node(operand) : NodeId{};
      if (maker && graph[graph[maker].op] == "prim::GetAttr" && !modules.module(operand)) return named(maker);
    }
  }
  return "state that calls change";
}

TrailStep input_step(RuleContext& context, const Function& function, ValueId input) {
  const Graph& graph = context.graph();
  return {.at = span_of(graph, function.loc),
          .node_id = {},
          .node = std::string(context.label(input)),
          .op = "input",
          .message = "input " + quote(input_name(graph, input))};
}

TrailStep node_step(RuleContext& context, NodeId node, std::string message) {
  const Graph& graph = context.graph();
  const auto results = graph[graph[node].results];
  const auto operands = graph[graph[node].operands];
  ValueId named;
  if (!operands.empty()) named = operands[0];
  if (!results.empty() && results[0]) named = results[0];
  return {.at = context.span_of(node),
          .node_id = node,
          .node = std::string(context.label(named)),
          .op = std::string(graph[graph[node].op]),
          .message = std::move(message)};
}

}  // namespace

std::optional<Cause> cause_of(const Provenance& provenance, ValueId decider) {
  for (const Cause& cause : kByStrength) {
    if (provenance.comes_from(decider, Facet::data, cause.origin)) return cause;
  }
  return std::nullopt;
}

std::optional<Cause> direct_cause_of(const Provenance& provenance, ValueId decider) {
  for (const Cause& cause : kByStrength) {
    if (provenance.comes_directly_from(decider, Facet::data, cause.origin)) return cause;
  }
  return std::nullopt;
}
std::string who_decides(const Graph& graph, const Provenance& provenance, ValueId decider, Origin origin, Verb verb) {
  if (origin == Origin::random) return std::string("random numbers ") + verb.many;
  if (origin == Origin::training) return std::string("`training` ") + verb.one;
  if (origin == Origin::state) return state_name(graph, provenance, decider) + " " + verb.one;
  if (origin == Origin::mode) return std::string("a global mode, not an input, ") + verb.one;
  const std::vector<ValueId> inputs = provenance.inputs(decider, Facet::data, origin);
  std::vector<std::string> names;
  names.reserve(inputs.size());
  const std::size_t named = inputs.size() <= kNamedInputs ? inputs.size() : kNamedInputs - 1;
  for (ValueId input : std::span(inputs).first(named)) names.push_back(quote(input_name(graph, input)));
  if (named < inputs.size()) names.push_back(std::to_string(inputs.size() - named) + " others");
  if (names.empty()) return "the " + std::string(name_of(origin)) + " of an input " + verb.one;
  if (origin == Origin::argument && inputs.size() > 1) return "the arguments " + enumerate(names) + " " + verb.many;
  if (origin == Origin::argument) return argument_name(graph, inputs[0], names[0]) + " " + verb.one;
  if (origin == Origin::gradient) return "whether " + enumerate(names) + " requires a gradient " + verb.one;
  return "the " + std::string(name_of(origin)) + " of " + enumerate(names) + " " + verb.one;
}

std::string why_note(const RuleContext& context, NodeId node) {
  const Graph& graph = context.graph();
  if (graph.format() == Format::onnx) return "; the exported graph keeps it";
  if (is_of_loading(graph, node)) return "; runs when the archive is loaded or saved, not when it is called";
  if (is_kept_by_trace(graph)) return "; scripted code in a traced archive, which keeps it";
  if (context.options().purpose == Purpose::script) return "; kept as long as the archive ships scripted";
  if (is_in_library(graph, node)) return "; inside PyTorch itself";
  return {};
}

Severity decision_severity(const RuleContext& context, NodeId node, DecisionKind kind) {
  if (!why_note(context, node).empty()) return Severity::note;
  return kind == DecisionKind::data ? Severity::error : Severity::warning;
}

bool is_in_library(const Graph& graph, NodeId node) {
  for (LocationId frame : frames_of(graph, place_of(graph, node))) {
    if (!graph[frame].file || speaks_for_caller(graph, frame)) continue;
    return is_library_file(graph[graph[frame].file]);
  }
  return false;
}

bool is_scripted(const Graph& graph) { return graph.format() != Format::onnx && !is_kept_by_trace(graph); }

void explain_decision(RuleContext& context, Finding& finding, NodeId node, ValueId decider, Origin origin,
                      const std::string& what_is_decided) {
  const Graph& graph = context.graph();
  const auto& provenance = context.analysis<Provenance>();
  for (Origin found : provenance.origins(decider, Facet::data)) finding.provenance.emplace_back(name_of(found));
  for (ValueId input : provenance.inputs(decider, Facet::data, origin)) {
    finding.inputs.push_back(input_name(graph, input));
  }
  const Provenance::Trail trail = provenance.trail(decider, Facet::data, origin);
  if (trail.input) finding.trail.push_back(input_step(context, graph[function_of(graph, node)], trail.input));
  if (trail.is_cut) {
    finding.trail.push_back(
        {.at = {}, .node_id = {}, .node = {}, .op = {}, .message = "… the operations next to it left out"});
  }
  for (NodeId step : trail.nodes) {
    if (step != node) finding.trail.push_back(node_step(context, step, std::string(why_of(graph, step))));
  }
  finding.trail.push_back(node_step(context, node, what_is_decided));
}

std::string describe_arm(const RuleContext& context, BlockId block) {
  const Graph& graph = context.graph();
  std::vector<std::string> names = notable_operators(graph, block);
  if (names.empty()) return "no operation";
  const std::size_t more = names.size() > kNamedOperators ? names.size() - kNamedOperators : 0;
  names.resize(names.size() - more);
  for (std::string& name : names) name = quote(name);
  if (more > 0) names.push_back(std::to_string(more) + (more == 1 ? " more operator" : " more operators"));
  std::string text = enumerate(names);
  for (NodeId node : graph[graph[block].nodes]) {
    const SourceSpan place = context.span_of(node);
    if (place.line == 0 || graph[graph[node].op] == "prim::Constant") continue;
    return text + " (line " + std::to_string(place.line) + ")";
  }
  return text;
}

}  // namespace graphwitness
