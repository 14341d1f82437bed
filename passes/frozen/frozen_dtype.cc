#include "rules/autocast_casts.h"
#include "rules/python_losses.h"
#include "rules/recorded.h"
#include "rules/would_freeze.h"

namespace graphwitness {
namespace {

void run(RuleContext& context) {
  report_would_freeze_dtype(context);
  report_python_losses(context, "frozen-dtype");
  report_recorded_dtypes(context);
  report_autocast_casts(context);
}

}  // namespace

extern constinit const Rule rule_frozen_dtype{"frozen-dtype",
                                              "a dtype that is, or would become, a constant of the trace", run};

}  // namespace graphwitness
