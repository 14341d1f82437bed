#include "rules/branches.h"

namespace graphwitness {
namespace {

void run(RuleContext& context) { report_branches(context, DecisionKind::shape); }

}  // namespace

extern constinit const Rule rule_shape_dependent_branch{
    "shape-dependent-branch", "the shape, rank, dtype, device or layout of an input chooses the arm of a branch", run};

}  // namespace graphwitness
