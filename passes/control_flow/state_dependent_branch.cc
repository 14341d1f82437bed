#include "rules/branches.h"

namespace graphwitness {
namespace {

void run(RuleContext& context) {
  report_branches(context, DecisionKind::state);
  report_loops(context, DecisionKind::state);
}

}  // namespace

extern constinit const Rule rule_state_dependent_branch{
    "state-dependent-branch", "module state that calls change decides a branch or a loop", run};

}  // namespace graphwitness
