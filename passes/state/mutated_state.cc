#include <string>

#include "graphwitness/rules/rule.h"
#include "rules/decision.h"
#include "rules/python_losses.h"
#include "rules/writes.h"

namespace graphwitness {
namespace {

void explain(Finding& finding) {
  finding.provenance = {"state"};
  finding.keeps = "the value from while it was traced";
  finding.loses = "every later change";
  finding.fix = "pass the state in and out as arguments and results, or write in place to a registered buffer";
}

/// PyTorch's own helpers, such as the context manager behind `torch.no_grad()`, keep state in objects of their own.
bool is_of_module(const Graph& graph, NodeId node) {
  const auto operands = graph[graph[node].operands];
  if (operands.empty() || !operands[0]) return false;
  const std::string_view name = graph[graph[graph[operands[0]].type].name];
  return !name.starts_with("__torch__.torch.") || name.starts_with("__torch__.torch.nn.");
}

void report_assignments(RuleContext& context) {
  const Graph& graph = context.graph();
  for (NodeId node : graph.all_nodes()) {
    if (graph[graph[node].op] != "prim::SetAttr" || !is_of_module(graph, node)) continue;
    const Literal* const name = graph.attribute(node, "name");
    const std::string text(name == nullptr ? std::string_view("?") : graph.text(*name));
    const std::string why = why_note(context, node);
    std::string message = "`self." + text + "` is assigned when the model runs; a trace does not assign it";
    message += why;
    context.report(node, why.empty() ? Severity::warning : Severity::note, message, explain);
  }
}

void run(RuleContext& context) {
  report_python_losses(context, "mutated-state");
  const Graph& graph = context.graph();
  if (graph.format() == Format::onnx) return;
  report_assignments(context);
  for (const Write& write : running_writes(context)) {
    if (write.target != Write::Target::attribute) continue;
    const std::string name = "`self." + std::string(attribute_name(graph, write.root)) + "`";
    const std::string why = why_note(context, write.node);
    if (write.of_container || write.through_data) {
      std::string message = name;
      message += write.of_container ? " is changed when the model runs; a trace does not change it"
                                    : " is written through `.data`, which a trace does not record";
      message += why;
      context.report(write.node, why.empty() ? Severity::warning : Severity::note, message, explain);
      continue;
    }
    const bool is_exported = loses_write_in_export(context, write.node);
    std::string message = name + " is written in place when the model runs";
    if (is_exported) message += "; an export to ONNX keeps no state from call to call";
    const Severity severity = is_exported ? Severity::warning : Severity::note;
    context.report(write.node, severity, std::move(message), [](Finding& finding) {
      finding.provenance = {"state"};
      finding.loses =
          "in ONNX the write; in a trace nothing but the write of the traced call itself, which the file holds";
      finding.fix = "return the new value, where the model is exported to ONNX";
    });
  }
}

}  // namespace

extern constinit const Rule rule_mutated_state{"mutated-state", "the model changes its own attributes when it runs",
                                               run};

}  // namespace graphwitness
