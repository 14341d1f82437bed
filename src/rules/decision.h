#pragma once
/// What rules on branches, loops and frozen values share: who decides, why it matters here, and the way from the input
/// to the decision.

#include <optional>
#include <string>

#include "analysis/provenance.h"
#include "graphwitness/rules/rule.h"

namespace graphwitness {

/// What kind of change makes a decision come out differently; each is the subject of one rule.
enum class DecisionKind : std::uint8_t { data, shape, state, mode, argument };

struct Cause {
  DecisionKind kind = DecisionKind::data;
  Origin origin = Origin::data;
};

/// The strongest cause of a decision: data before shapes, these before state, modes and arguments. Nothing when it is
/// the same in every run, or depends on nothing but attributes.
std::optional<Cause> cause_of(const Provenance& provenance, ValueId decider);
/// The same among causes that do not come by way of what another branch chose.
std::optional<Cause> direct_cause_of(const Provenance& provenance, ValueId decider);

/// A verb for one and for many: "chooses", "choose".
struct Verb {
  const char* one;
  const char* many;
};

/// "the data of `x` and `mask` chooses", "random numbers choose", "whether `h` is None chooses".
std::string who_decides(const Graph& graph, const Provenance& provenance, ValueId decider, Origin origin, Verb verb);

/// Severity of a decision that tracing would freeze. Less where nothing is lost: code of PyTorch itself, archives that
/// ship as they are, graphs that keep their control flow.
Severity decision_severity(const RuleContext& context, NodeId node, DecisionKind kind);

/// Why it is only a note: text for the end of the message, or "".
std::string why_note(const RuleContext& context, NodeId node);

/// The code of the node is PyTorch's own, not the user's.
bool is_in_library(const Graph& graph, NodeId node);

/// The methods of the archive that are checked were compiled, so that tracing is still to come.
bool is_scripted(const Graph& graph);

/// Fills provenance, inputs and trail of a finding about `node`, decided by `decider`.
void explain_decision(RuleContext& context, Finding& finding, NodeId node, ValueId decider, Origin origin,
                      const std::string& what_is_decided);

/// "`aten::mv`, `aten::relu` and 3 more operators at line 12"; "nothing" for an empty block.
std::string describe_arm(const RuleContext& context, BlockId block);

}  // namespace graphwitness
