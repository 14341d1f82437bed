#include "diff/places.h"

#include <algorithm>
#include <map>
#include <utility>

#include "analysis/operator_twins.h"
#include "ir/walk.h"
#include "rules/places.h"

namespace graphwitness {
namespace {

/// Operators of one line that are named behind it.
constexpr std::size_t kOperatorsOfLine = 3;

void add_operator(std::string& note, std::size_t& named, std::string_view op) {
  if (note.find(op) != std::string::npos || named > kOperatorsOfLine) return;
  ++named;
  if (!note.empty()) note += ", ";
  note += named > kOperatorsOfLine ? "…" : std::string(op);
}

}  // namespace

SourceSpan place_of_node(const Graph& graph, NodeId node) {
  return span_of(graph, shown_frame(graph, place_of(graph, node)));
}

std::string module_of_node(const Graph& graph, NodeId node) {
  for (LocationId frame : frames_of(graph, graph[node].loc)) {
    if (graph[frame].scope) return std::string(graph[graph[frame].scope]);
  }
  return {};
}

std::string function_of_node(const Graph& graph, NodeId node) {
  return std::string(graph[graph[graph[graph[node].parent].function].name]);
}

std::vector<NodeId> nodes_inside(const Graph& graph, NodeId owner) {
  struct Collector {
    std::vector<NodeId> nodes;
    void enter(BlockId) {}
    void visit(NodeId node) { nodes.push_back(node); }
    void leave(BlockId) {}
  };
  Collector collector;
  for (BlockId block : graph[graph[owner].blocks]) walk(graph, block, collector);
  return std::move(collector.nodes);
}

std::vector<ChangeLine> lines_of_nodes(const Graph& graph, std::span<const NodeId> nodes,
                                       const std::function<ChangeLine::Side(NodeId)>& side) {
  std::map<std::pair<std::string, std::uint32_t>, std::size_t> known;
  std::vector<ChangeLine> lines;
  std::vector<std::size_t> named;
  for (NodeId node : nodes) {
    const std::string_view op = graph[graph[node].op];
    if (is_plumbing(op)) continue;
    ChangeLine line{.side = side(node), .at = place_of_node(graph, node), .note = {}};
    if (line.at.line == 0) {
      line.note = std::string(op);
      if (graph[node].name) line.note += " " + std::string(graph[graph[node].name]);
      lines.push_back(std::move(line));
      named.push_back(0);
      continue;
    }
    const auto [place, is_new] = known.try_emplace({line.at.recorded_file, line.at.line}, lines.size());
    if (is_new) {
      lines.push_back(std::move(line));
      named.push_back(0);
    } else if (lines[place->second].side != line.side) {
      lines[place->second].side = ChangeLine::Side::both;
    }
    add_operator(lines[place->second].note, named[place->second], op);
  }
  std::ranges::stable_sort(lines, {}, [](const ChangeLine& line) {
    return std::pair(std::string_view(line.at.recorded_file), line.at.line);
  });
  return lines;
}

}  // namespace graphwitness
