#include "rules/branches.h"
#include "rules/python_losses.h"
#include "rules/recorded.h"

namespace graphwitness {
namespace {

void run(RuleContext& context) {
  report_python_losses(context, "shape-dependent-loop");
  report_loops(context, DecisionKind::shape);
  report_recorded_iterations(context);
}

}  // namespace

extern constinit const Rule rule_shape_dependent_loop{"shape-dependent-loop",
                                                      "the shape of an input decides how often a loop turns", run};

}  // namespace graphwitness
