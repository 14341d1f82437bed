#pragma once
/// Runs rules over one model.

#include <span>
#include <string>
#include <vector>

#include "graphwitness/rules/rule.h"

namespace graphwitness {

/// Findings of the rules, merged (same rule, line and cause: one finding with occurrences), with fingerprints,
/// sorted by file, line, column and rule.
std::vector<Finding> run_rules(const Graph& graph, std::span<const Rule* const> rules, const RuleOptions& options);

}  // namespace graphwitness
