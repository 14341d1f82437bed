#include "rules/branches.h"

namespace graphwitness {
namespace {

void run(RuleContext& context) { report_loops(context, DecisionKind::shape); }

}  // namespace

extern constinit const Rule rule_shape_dependent_loop{"shape-dependent-loop",
                                                      "the shape of an input decides how often a loop turns", run};

}  // namespace graphwitness
