#include "rules/python_losses.h"
#include "rules/recorded.h"

namespace graphwitness {
namespace {

void run(RuleContext& context) {
  report_python_losses(context, "frozen-tensor");
  report_recorded_tensors(context);
}

}  // namespace

extern constinit const Rule rule_frozen_tensor{"frozen-tensor", "a constant tensor where the model reads an attribute, data or a shape", run};

}  // namespace graphwitness
