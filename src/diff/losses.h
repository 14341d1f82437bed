#pragma once
/// Changes between a scripted graph and a traced one, and between a module and its export: what the rules on the pair
/// report, as changes.

#include <span>
#include <string>
#include <vector>

#include "graphwitness/findings/graph_change.h"
#include "graphwitness/ir/graph.h"
#include "graphwitness/rules/rule.h"
#include "rules/pairing.h"

namespace graphwitness {

std::vector<GraphChange> recording_changes(const Pairing& pairing, std::span<const Rule* const> rules,
                                           const std::string& source_root);

std::vector<GraphChange> export_changes(const Graph& module, const Graph& exported, const Alignment& alignment,
                                        std::span<const Rule* const> rules, const std::string& source_root);

}  // namespace graphwitness
