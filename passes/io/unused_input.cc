#include <string>

#include "graphwitness/rules/rule.h"
#include "rules/liveness.h"

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

void run(RuleContext& context) {
  const Graph& graph = context.graph();
  const auto& liveness = context.analysis<Liveness>();
  for (FunctionId id : graph.functions()) {
    const Function& function = graph[id];
    const auto parameters = graph[graph[function.body].params];
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      const ValueId parameter = parameters[i];
      if ((i == 0 && function.self) || liveness.is_live(parameter)) continue;
      const std::string name(graph[graph[parameter].name]);
      const bool traced = function.origin == Function::Origin::traced;
      std::string message = "the input `" + name + "` reaches no output";
      if (traced) message += "; what it decided while tracing, if anything, is a constant now";
      const bool is_dropped = is_left_out_of_export(context, function, parameter);
      if (is_dropped) message += "; an export to ONNX leaves it out, and the model cannot be given it any more";
      const Severity severity = is_dropped ? Severity::warning : Severity::note;
      context.report(first_node(graph, function.body), severity, std::move(message), [name](Finding& finding) {
        finding.inputs = {name};
        finding.fix = "remove the input, or use it as a tensor: a number read from it is a constant in a trace";
      });
    }
  }
}

}  // namespace

extern constinit const Rule rule_unused_input{"unused-input", "an input that reaches no output", run};

}  // namespace graphwitness
