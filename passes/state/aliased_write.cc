#include "graphwitness/rules/rule.h"
#include "rules/decision.h"
#include "rules/python_losses.h"
#include "rules/writes.h"

namespace graphwitness {
namespace {

void run(RuleContext& context) {
  report_python_losses(context, "aliased-write");
  for (const Write& write : running_writes(context)) {
    if (write.of_container || write.target != Write::Target::local) continue;
    if (!write.through_view && !write.through_data) continue;
    const bool is_lost = write.through_data && why_note(context, write.node).empty();
    context.report(write.node, is_lost ? Severity::error : Severity::note,
                   write.through_data ? "a tensor is written in place through `.data`, which a trace does not record"
                                      : "a view is written in place, and with it the tensor that it is a view of",
                   [](Finding& finding) {
                     finding.loses = "in ONNX, which has no views, often the write";
                     finding.fix =
                         "build the tensor from its parts: `torch.stack`, `torch.cat`, `torch.where`, `torch.scatter`";
                   });
  }
}

}  // namespace

extern constinit const Rule rule_aliased_write{
    "aliased-write", "a write in place that reaches other tensors through shared memory", run};

}  // namespace graphwitness
