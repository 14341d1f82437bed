#include "rules/branches.h"

namespace graphwitness {
namespace {

void run(RuleContext& context) {
  report_branches(context, DecisionKind::argument);
  report_loops(context, DecisionKind::argument);
}

}  // namespace

extern constinit const Rule rule_argument_dependent_branch{
    "argument-dependent-branch", "a number, a flag or the None-ness of an argument decides a branch or a loop", run};

}  // namespace graphwitness
