#include "rules/unrolled.h"

#include <cstdint>
#include <map>
#include <tuple>
#include <unordered_set>
#include <vector>

#include "rules/places.h"
#include "rules/recorded.h"

namespace graphwitness {
namespace {

/// Nodes of one turn of a loop that are looked through.
constexpr int kMostSteps = 16;

bool depends_on(const Graph& graph, NodeId node, NodeId earlier) {
  std::vector<NodeId> pending{node};
  std::unordered_set<std::uint32_t> seen;
  for (int budget = kMostSteps; !pending.empty() && budget > 0; --budget) {
    const NodeId at = pending.back();
    pending.pop_back();
    for (ValueId operand : graph[graph[at].operands]) {
      const NodeId maker = operand ? graph.defining_node(operand) : NodeId{};
      if (maker && maker == earlier) return true;
      if (maker && seen.insert(maker.raw).second) pending.push_back(maker);
    }
  }
  return false;
}

}  // namespace

NodeId repeated_step(const Graph& graph, FunctionId function) {
  std::map<std::tuple<Symbol, std::uint32_t, Symbol>, NodeId> last;  // by line and operator
  for (NodeId node : graph[graph[graph[function].body].nodes]) {
    const LocationId place = graph[node].loc;
    if (!place || !graph[place].file || is_library_file(graph[graph[place].file]) || !is_recorded(graph, node))
      continue;
    if (graph[graph[node].op] == "prim::Constant") continue;
    const auto [known, is_new] = last.try_emplace({graph[place].file, graph[place].line, graph[node].op}, node);
    if (is_new) continue;
    if (depends_on(graph, node, known->second)) return node;
    known->second = node;
  }
  return {};
}

}  // namespace graphwitness
