#include "graphwitness/rules/rule.h"
#include "inference/onnx_inference.h"

namespace graphwitness {
namespace {

void run(RuleContext& context) {
  for (const OnnxIssue& issue : context.analysis<OnnxInference>().issues()) {
    if (issue.kind != OnnxIssue::Kind::conflict) continue;
    context.report(issue.node, Severity::error, issue.message, [](Finding& finding) {
      finding.fix = "a runtime refuses such a model, or fails when it gets here; export it again, or correct the type";
    });
  }
}

}  // namespace

extern constinit const Rule rule_type_conflict{
    "type-conflict", "dtypes, ranks or sizes that do not fit together, or not with what the model declares", run};

}  // namespace graphwitness
