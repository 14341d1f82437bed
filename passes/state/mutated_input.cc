#include <string>

#include "graphwitness/rules/rule.h"
#include "rules/decision.h"
#include "rules/python_losses.h"
#include "rules/writes.h"

namespace graphwitness {
namespace {

void run(RuleContext& context) {
  report_python_losses(context, "mutated-input");
  const Graph& graph = context.graph();
  for (const Write& write : running_writes(context)) {
    if (write.target != Write::Target::input) continue;
    const std::string name(graph[graph[write.root].name]);
    const bool is_lost = write.through_data && why_note(context, write.node).empty();
    std::string message = "the input `" + name + "` is written in place";
    if (write.through_data) message += " through `.data`, which a trace does not record";
    const bool is_exported = loses_write_in_export(context, write.node);
    if (is_exported) message += "; once exported to ONNX, the model leaves its caller's tensor as it is";
    const Severity severity = is_lost ? Severity::error : is_exported ? Severity::warning : Severity::note;
    context.report(write.node, severity, std::move(message), [name](Finding& finding) {
      finding.inputs = {name};
      finding.loses = "the caller's tensor, which has other values after the call; ONNX has no such write";
      finding.fix = "work on a copy: `" + name + " = ";
      finding.fix += name + ".clone()`";
    });
  }
}

}  // namespace

extern constinit const Rule rule_mutated_input{"mutated-input", "the model writes into a tensor of its caller", run};

}  // namespace graphwitness
