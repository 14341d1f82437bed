#pragma once
/// What rules on branches and loops share: who decides, why it matters here, and the way from the input to the
/// decision.

#include <optional>
#include <string>

#include "analysis/provenance.h"
#include "graphwitness/rules/rule.h"

namespace graphwitness {

/// The origin that makes a decision one of tensor data: an input's data, or random numbers.
std::optional<Origin> data_origin(const Provenance& provenance, ValueId decider);

/// "the data of `x` and `mask`", "random numbers".
std::string describe_origin(const Graph& graph, const Provenance& provenance, ValueId decider, Origin origin);

/// Severity of a decision by data that tracing would freeze. Less than an error where nothing is lost: code of PyTorch
/// itself, archives that ship as they are, graphs that keep their control flow.
Severity decision_severity(const RuleContext& context, NodeId node);

/// Why it is only a note: text for the end of the message, or "".
std::string why_note(const RuleContext& context, NodeId node);

/// Fills provenance, inputs and trail of a finding about `node`, decided by `decider`.
void explain_decision(RuleContext& context, Finding& finding, NodeId node, ValueId decider, Origin origin,
                      const std::string& what_is_decided);

/// "`aten::mv`, `aten::relu` and 3 more operators at line 12"; "nothing" for an empty block.
std::string describe_arm(const RuleContext& context, BlockId block);

}  // namespace graphwitness
