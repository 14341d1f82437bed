#include "rules/branches.h"
#include "rules/mode_switches.h"

namespace graphwitness {
namespace {

void run(RuleContext& context) {
  report_training_branches(context);
  report_branches(context, DecisionKind::mode);
  report_loops(context, DecisionKind::mode);
  report_mode_switches(context);
  report_tracing_tests(context);
}

}  // namespace

extern constinit const Rule rule_mode_dependent_branch{
    "mode-dependent-branch", "training mode, gradient mode, autocast or tracing itself decides what is computed", run};

}  // namespace graphwitness
