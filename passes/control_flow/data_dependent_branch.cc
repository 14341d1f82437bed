#include "rules/branches.h"

namespace graphwitness {
namespace {

void run(RuleContext& context) { report_branches(context, DecisionKind::data); }

}  // namespace

extern constinit const Rule rule_data_dependent_branch{
    "data-dependent-branch", "tensor data chooses which arm of a branch runs; a trace keeps one arm", run};

}  // namespace graphwitness
