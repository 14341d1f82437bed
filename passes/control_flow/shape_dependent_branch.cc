#include "rules/branches.h"
#include "rules/python_losses.h"

namespace graphwitness {
namespace {

void run(RuleContext& context) {
  report_python_losses(context, "shape-dependent-branch");
  report_branches(context, DecisionKind::shape);
}

}  // namespace

extern constinit const Rule rule_shape_dependent_branch{
    "shape-dependent-branch", "the shape, rank, dtype, device or layout of an input chooses the arm of a branch", run};

}  // namespace graphwitness
