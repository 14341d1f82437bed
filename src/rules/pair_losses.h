#pragma once
/// What a trace holds as a constant where the script computes, and what its outputs and state have lost: known only
/// from both graphs. Branches and loops are not here: the rules that look at the scripted graph report those.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "graphwitness/rules/rule.h"

namespace graphwitness {

struct Loss {
  std::string_view rule;
  Severity severity = Severity::warning;
  NodeId node;  ///< of the scripted graph: what takes the value
  std::string message;
  std::function<void(Finding&)> explain;
  std::vector<NodeId> way;  ///< operations of the scripted graph that lead to the value
};

struct Losses {
  std::vector<Loss> found;
  /// Nodes of the trace that take a list of which some elements are constants, where the script computes it as a whole:
  /// which of them are lost is not known.
  std::vector<NodeId> open;
};

/// `context` is that of the scripted graph of a pair, and must outlive the losses.
Losses find_losses(RuleContext& context);

}  // namespace graphwitness
