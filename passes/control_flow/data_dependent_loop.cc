#include "rules/branches.h"

namespace graphwitness {
namespace {

void run(RuleContext& context) { report_loops(context, DecisionKind::data); }

}  // namespace

extern constinit const Rule rule_data_dependent_loop{
    "data-dependent-loop", "tensor data decides how often a loop turns; a trace keeps the example's count", run};

}  // namespace graphwitness
