#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "graphwitness/rules/rule.h"
#include "rules/liveness.h"
#include "rules/unrolled.h"

namespace graphwitness {
namespace {

/// Where a finding about a parameter is shown: parameters have no place of their own.
NodeId first_node(const Graph& graph, BlockId body) {
  for (NodeId node : graph[graph[body].nodes]) {
    if (graph[node].loc && graph[graph[node].loc].file) return node;
  }
  return {};
}

bool is_left_out_of_export(const RuleContext& context, const Function& function, ValueId parameter) {
  const Graph& graph = context.graph();
  return context.options().target_opset != 0 && graph.format() != Format::onnx && graph[function.name] == "forward" &&
         graph[graph[parameter].type].kind == Type::Kind::tensor;
}

void report(RuleContext& context, FunctionId id, ValueId parameter, NodeId repeated) {
  const Graph& graph = context.graph();
  const std::string name(graph[graph[parameter].name]);
  const bool is_dropped = is_left_out_of_export(context, graph[id], parameter);
  std::string message = "the input `" + name + "` reaches no output";
  if (repeated) {
    message += ", but this line runs more than once: how often may be what the input decided for the example";
  } else if (graph[id].origin == Function::Origin::traced) {
    message += "; what it decided while tracing, if anything, is a constant now";
  }
  if (is_dropped) message += "; an export to ONNX leaves it out, and the model cannot be given it any more";
  context.report(
      repeated ? repeated : first_node(graph, graph[id].body),
      repeated || is_dropped ? Severity::warning : Severity::note, std::move(message), [name](Finding& finding) {
        finding.inputs = {name};
        finding.fix = "remove the input, or use it as a tensor: a number read from it is a constant in a trace";
      });
}

void run(RuleContext& context) {
  const Graph& graph = context.graph();
  const auto& liveness = context.analysis<Liveness>();
  for (FunctionId id : graph.functions()) {
    const Function& function = graph[id];
    const auto parameters = graph[graph[function.body].params];
    std::optional<NodeId> repeated;
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      const ValueId parameter = parameters[i];
      if ((i == 0 && function.self) || liveness.is_live(parameter)) continue;
      // Two signs of one cause: the input counted the turns of a loop.
      if (!repeated) repeated = function.origin == Function::Origin::traced ? repeated_step(graph, id) : NodeId{};
      report(context, id, parameter, *repeated);
    }
  }
}

}  // namespace

extern constinit const Rule rule_unused_input{"unused-input", "an input that reaches no output", run};

}  // namespace graphwitness
