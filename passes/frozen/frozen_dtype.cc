#include "rules/would_freeze.h"

namespace graphwitness {
namespace {

void run(RuleContext& context) { report_would_freeze_dtype(context); }

}  // namespace

extern constinit const Rule rule_frozen_dtype{"frozen-dtype",
                                              "a dtype that is, or would become, a constant of the trace", run};

}  // namespace graphwitness
