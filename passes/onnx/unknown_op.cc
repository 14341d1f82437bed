#include "graphwitness/rules/rule.h"
#include "inference/onnx_inference.h"

namespace graphwitness {
namespace {

void run(RuleContext& context) {
  for (const OnnxIssue& issue : context.analysis<OnnxInference>().issues()) {
    if (issue.kind != OnnxIssue::Kind::unknown) continue;
    context.report(
        issue.node, issue.is_certain ? Severity::error : Severity::note, issue.message, [](Finding& finding) {
          finding.fix = "export for an opset that has the operator, or run the model where the operator is registered";
        });
  }
}

}  // namespace

extern constinit const Rule rule_unknown_op{"unknown-op",
                                            "an operator that the opset which the model imports does not have", run};

}  // namespace graphwitness
