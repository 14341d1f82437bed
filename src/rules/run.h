#pragma once
/// Runs rules over one model, or over a pair.

#include <span>
#include <string>
#include <vector>

#include "graphwitness/rules/rule.h"

namespace graphwitness {

/// Findings of the rules, merged (same rule, line and cause: one finding with occurrences), with fingerprints,
/// sorted by file, line, column and rule.
std::vector<Finding> run_rules(const Graph& graph, std::span<const Rule* const> rules, const RuleOptions& options);

/// Findings of a scripted and a traced graph of one program, in either order. What both graphs tell replaces what each
/// lets suspect: a decision that the trace still makes is no finding, a constant that the script has too is none, and a
/// constant where the script computes is one. Findings are located in the scripted graph where it has the place. Of a
/// module and its export to ONNX: what the export lost. Throws InputError when the two are no such pair.
std::vector<Finding> run_rules_on_pair(const Graph& first, const Graph& second, std::span<const Rule* const> rules,
                                       const RuleOptions& options);

}  // namespace graphwitness
