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
    context.report(write.node, is_lost ? Severity::error : Severity::note,
                   "the input `" + name + "` is written in place" +
                       (write.through_data ? " through `.data`, which a trace does not record" : ""),
                   [name](Finding& finding) {
                     finding.inputs = {name};
                     finding.loses =
                         "the caller's tensor, which has other values after the call; ONNX has no such write";
                     finding.fix = "work on a copy: `" + name + " = ";
                     finding.fix += name + ".clone()`";
                   });
  }
}

}  // namespace

extern constinit const Rule rule_mutated_input{"mutated-input", "the model writes into a tensor of its caller", run};

}  // namespace graphwitness
