#include "rules/onnx_frozen_tensors.h"
#include "rules/python_losses.h"
#include "rules/recorded.h"
#include "rules/would_freeze.h"

namespace graphwitness {
namespace {

void run(RuleContext& context) {
  report_would_freeze_tensor(context);
  report_python_losses(context, "frozen-tensor");
  report_recorded_tensors(context);
  report_onnx_tensors(context);
}

}  // namespace

extern constinit const Rule rule_frozen_tensor{
    "frozen-tensor", "a constant tensor where the model reads an attribute, data or a shape", run};

}  // namespace graphwitness
