#pragma once
/// What one graph lost, froze, changed or gained against another of the same program.
///
/// A scripted and a traced graph are compared as `check --against` compares them, and so are a module and its export to
/// ONNX; any other two are taken for versions of one graph. Nothing of either runs, and no weights are read. Limits:
/// equal code that moved is told as lost and added, unless it uses parameters; numbers computed from sizes are compared
/// by what they reach, not one by one.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "graphwitness/findings/graph_change.h"
#include "graphwitness/ir/graph.h"
#include "graphwitness/rules/rule.h"

namespace graphwitness {

/// What became of a node of the left graph.
enum class NodeFate : std::uint8_t { kept, lost, frozen, changed };

struct GraphDiff {
  bool is_swapped = false;  ///< the left graph is the second one: the scripted one, or the module
  KeptCounts counts;
  std::vector<GraphChange> changes;
  std::vector<NodeFate> fates;  ///< by left node
  std::vector<NodeId> left_of;  ///< by right node: its counterpart
  std::vector<NodeId> added;    ///< right nodes of changes
};

/// `rules` are those that `check` would run.
GraphDiff diff_graphs(const Graph& first, const Graph& second, std::span<const Rule* const> rules,
                      const std::string& source_root = "");

}  // namespace graphwitness
