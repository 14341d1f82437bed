#pragma once
/// Casts that autocast put into a recording: nobody wrote them, they stand on the line of the operator that they feed.
///
/// Limit: only casts to a half precision before the operators that autocast runs in it (matrix products and
/// convolutions) are told from casts of the user's own. Without the source, on a line of the user's only such operators
/// count that a parameter is cast for.

#include "graphwitness/rules/rule.h"

namespace graphwitness {

/// The operator is fed by casts that autocast made.
bool runs_under_autocast(RuleContext& context, NodeId node);

/// frozen-dtype.
void report_autocast_casts(RuleContext& context);

}  // namespace graphwitness
