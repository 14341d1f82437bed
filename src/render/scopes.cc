#include "render/scopes.h"

#include <algorithm>
#include <cstdint>
#include <optional>

namespace graphwitness::picture {
namespace {

/// The scope of the innermost frame that has one, by LocationId. Callers are shared, so each is looked at once.
std::vector<Symbol> scopes_of_locations(const Graph& graph) {
  enum class State : std::uint8_t { unseen, open, done };
  std::vector<State> states(graph.locations().size(), State::unseen);
  std::vector<Symbol> scopes(graph.locations().size());
  std::vector<LocationId> path;
  for (LocationId start : graph.locations()) {
    Symbol scope;
    path.clear();
    for (LocationId at = start; at; at = graph[at].caller) {
      if (states[at.raw] == State::done) scope = scopes[at.raw];
      if (states[at.raw] != State::unseen) break;  // `open`: callers that go in a circle
      states[at.raw] = State::open;
      path.push_back(at);
      scope = graph[at].scope;
      if (scope) break;
    }
    for (LocationId at : path) {
      scopes[at.raw] = scope;
      states[at.raw] = State::done;
    }
  }
  return scopes;
}

}  // namespace

std::string_view common_scope(std::string_view a, std::string_view b) {
  const auto differ = std::ranges::mismatch(a, b);
  const auto same = static_cast<std::size_t>(differ.in1 - a.begin());
  const bool a_ends = same == a.size() || a[same] == '.';
  const bool b_ends = same == b.size() || b[same] == '.';
  if (a_ends && b_ends) return a.substr(0, same);
  const std::size_t dot = a.substr(0, same).rfind('.');
  return dot == std::string_view::npos ? std::string_view{} : a.substr(0, dot);
}

std::vector<std::string_view> scopes_of_nodes(const Graph& graph, const Absorbed& absorbed) {
  const std::vector<Symbol> by_location = scopes_of_locations(graph);
  const auto known = [&](NodeId node) -> std::optional<std::string_view> {
    const LocationId location = graph[node].loc;
    if (absorbed[node] || !location || !by_location[location.raw]) return std::nullopt;
    return graph[by_location[location.raw]];
  };
  std::vector<std::string_view> scopes(graph.all_nodes().size());
  for (BlockId block : graph.all_blocks()) {
    const auto nodes = graph[graph[block].nodes];
    std::string_view before;
    for (NodeId node : nodes) {
      before = known(node).value_or(before);
      scopes[node.raw] = before;
    }
    std::string_view after;
    for (std::size_t i = nodes.size(); i-- > 0;) {
      after = known(nodes[i]).value_or(after);
      scopes[nodes[i].raw] = common_scope(scopes[nodes[i].raw], after);
    }
  }
  return scopes;
}

}  // namespace graphwitness::picture
