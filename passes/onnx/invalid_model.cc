#include "graphwitness/rules/rule.h"
#include "inference/onnx_inference.h"
#include "rules/onnx_names.h"

namespace graphwitness {
namespace {

void report(RuleContext& context, NodeId node, std::string message) {
  context.report(node, Severity::error, std::move(message), [](Finding& finding) {
    finding.fix = "export the model again, or repair what wrote this graph; no runtime has to accept it";
  });
}

void check_head(RuleContext& context) {
  const Graph& graph = context.graph();
  bool imports_opset = false;
  for (const Property& property : graph.properties()) {
    const std::string_view key = graph[property.key];
    imports_opset = imports_opset || key.starts_with("opset.");
    if (key == "problem") report(context, {}, std::string(graph[property.value]));
  }
  if (graph.property("ir_version").empty()) report(context, {}, "the model does not say its IR version");
  if (!imports_opset) report(context, {}, "the model imports no opset");
}

void check_inputs(RuleContext& context) {
  const Graph& graph = context.graph();
  for (FunctionId function : graph.functions()) {
    for (ValueId input : graph[graph[graph[function].body].params]) {
      if (graph[graph[input].type].kind != Type::Kind::unknown) continue;
      report(context, {}, "input `" + std::string(graph[graph[input].name]) + "` has no type");
    }
  }
}

void run(RuleContext& context) {
  const Graph& graph = context.graph();
  if (graph.format() != Format::onnx) return;
  check_head(context);
  check_inputs(context);
  for (NameProblem& problem : undefined_names(graph)) report(context, problem.node, std::move(problem.message));
  for (NameProblem& problem : repeated_names(graph)) report(context, problem.node, std::move(problem.message));
  for (NameProblem& problem : misplaced_nodes(graph)) report(context, problem.node, std::move(problem.message));
  for (const OnnxIssue& issue : context.analysis<OnnxInference>().issues()) {
    if (issue.kind == OnnxIssue::Kind::invalid) report(context, issue.node, issue.message);
  }
}

}  // namespace

extern constinit const Rule rule_invalid_model{
    "invalid-model", "an ONNX graph that breaks the standard: names, order, operands, attributes, opsets", run};

}  // namespace graphwitness
