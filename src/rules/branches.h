#pragma once
/// Branches and loops by what decides them: the body of the rules `...-dependent-branch` and `...-dependent-loop`.

#include "rules/decision.h"

namespace graphwitness {

/// Reports every branch that a decision of this kind decides and that is more than an assertion.
void report_branches(RuleContext& context, DecisionKind kind);

/// Reports every loop whose number of turns is decided by this kind.
void report_loops(RuleContext& context, DecisionKind kind);

/// Reports branches that come out differently when every module changes between training and evaluation.
void report_training_branches(RuleContext& context);

/// An arm that only raises is an assertion, which another rule reports.
bool is_assertion(const Graph& graph, NodeId branch);

}  // namespace graphwitness
