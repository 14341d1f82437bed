#include "rules/places.h"

#include "ir/carried_line.h"

namespace graphwitness {
namespace {

/// Nodes that are looked at for a line.
constexpr std::size_t kNearby = 32;

/// What the script compiler writes itself (`b, c = x.shape`, checks of list lengths) stands in a file of this name.
constexpr std::string_view kCompilerFile = "<string>";

bool has_line(const Graph& graph, LocationId frame) {
  return graph[frame].file && graph[graph[frame].file] != kCompilerFile;
}

}  // namespace

LocationId place_of(const Graph& graph, NodeId node) {
  const LocationId own = graph[node].loc;
  if (!own || has_line(graph, own)) return own;
  const auto stands_in_same_call = [&](NodeId near) {
    const LocationId place = near ? graph[near].loc : LocationId{};
    return place && has_line(graph, place) && graph[place].caller == graph[own].caller;
  };
  std::vector<NodeId> near{node};
  for (std::size_t next = 0; next < near.size() && near.size() < kNearby; ++next) {
    for (ValueId result : graph[graph[near[next]].results]) {
      if (!result) continue;
      for (const Use& use : graph.uses(result)) {
        if (stands_in_same_call(use.user)) return graph[use.user].loc;
        if (use.user && near.size() < kNearby) near.push_back(use.user);
      }
    }
  }
  near.assign(1, node);
  for (std::size_t next = 0; next < near.size() && near.size() < kNearby; ++next) {
    for (ValueId operand : graph[graph[near[next]].operands]) {
      const NodeId maker = operand ? graph.defining_node(operand) : NodeId{};
      if (stands_in_same_call(maker)) return graph[maker].loc;
      if (maker && near.size() < kNearby) near.push_back(maker);
    }
  }
  return own;
}

std::vector<LocationId> frames_of(const Graph& graph, LocationId location) {
  std::vector<LocationId> frames;
  for (; location; location = graph[location].caller) frames.push_back(location);
  return frames;
}

LocationId shown_frame(const Graph& graph, LocationId location) {
  LocationId first;
  for (LocationId frame = location; frame; frame = graph[frame].caller) {
    if (!graph[frame].file) continue;
    if (!first) first = frame;
    if (!is_library_file(graph[graph[frame].file])) return frame;
  }
  return first;
}

SourceSpan span_of(const Graph& graph, LocationId id) {
  SourceSpan span;
  if (!id) return span;
  const Location& frame = graph[id];
  span.file = span.recorded_file = graph[frame.file];
  span.line = frame.line;
  span.column = frame.column;
  span.end_column = frame.end_column;
  span.text = carried_line(graph, frame);
  return span;
}

}  // namespace graphwitness
