#include "rules/would_freeze.h"

namespace graphwitness {
namespace {

void run(RuleContext& context) { report_would_freeze_device(context); }

}  // namespace

extern constinit const Rule rule_frozen_device{"frozen-device",
                                               "a device that is, or would become, a constant of the trace", run};

}  // namespace graphwitness
