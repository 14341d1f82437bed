#include "rules/run.h"

#include "rules/runner.h"

namespace graphwitness {

std::vector<Finding> run_rules(const Graph& graph, std::span<const Rule* const> rules, const RuleOptions& options) {
  RuleContext context(graph, options);
  return finish(RuleRunner::run(context, rules));
}

}  // namespace graphwitness
