#include "rules/onnx_frozen_sizes.h"
#include "rules/python_losses.h"
#include "rules/recorded.h"
#include "rules/would_freeze.h"

namespace graphwitness {
namespace {

void run(RuleContext& context) {
  report_would_freeze_shape(context);
  report_python_losses(context, "frozen-shape");
  report_recorded_shapes(context);
  report_frozen_sizes(context);
}

}  // namespace

extern constinit const Rule rule_frozen_shape{"frozen-shape",
                                              "a size or rank that is, or would become, a constant of the trace", run};

}  // namespace graphwitness
