#include "cli/focus.h"

#include <fmt/format.h>

#include <charconv>
#include <functional>
#include <optional>

#include "graphwitness/ir/text.h"
#include "graphwitness/support/error.h"

namespace graphwitness {
namespace {

/// Callers that are asked; a hostile file may have any number.
constexpr int kMostFrames = 64;

struct Line {
  std::string_view file;
  std::uint32_t number = 0;
};

std::optional<Line> line_named(std::string_view name) {
  const std::size_t colon = name.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return std::nullopt;
  Line line{.file = name.substr(0, colon)};
  const char* const end = name.data() + name.size();
  const auto [stop, error] = std::from_chars(name.data() + colon + 1, end, line.number);
  if (error != std::errc() || stop != end) return std::nullopt;
  return line;
}

/// "nn/functional.py" names "/usr/lib/python3/dist-packages/torch/nn/functional.py".
bool is_end_of(std::string_view end, std::string_view path) {
  if (!path.ends_with(end)) return false;
  return path.size() == end.size() || path[path.size() - end.size() - 1] == '/';
}

bool is_inside(std::string_view scope, std::string_view module) {
  return scope.starts_with(module) && (scope.size() == module.size() || scope[module.size()] == '.');
}

bool any_frame(const Graph& graph, NodeId node, const std::function<bool(const Location&)>& matches) {
  LocationId at = graph[node].loc;
  for (int frame = 0; at && frame < kMostFrames; ++frame, at = graph[at].caller) {
    if (matches(graph[at])) return true;
  }
  return false;
}

}  // namespace

std::vector<NodeId> nodes_named(const Graph& graph, std::string_view function, std::string_view name) {
  if (name.empty()) throw InputError("an empty name, expected a node, a module or FILE:LINE");
  std::vector<NodeId> found;
  const auto collect = [&](const auto& matches) {
    for (const NodeId node : graph.all_nodes()) {
      const Function& home = graph[graph[graph[node].parent].function];
      if (function.empty() || graph[home.name] == function) {
        if (matches(node)) found.push_back(node);
      }
    }
    return !found.empty();
  };
  const ValueLabels labels(graph);
  const auto is_called = [&](NodeId node) {
    if (graph[graph[node].name] == name) return true;
    for (const ValueId result : graph[graph[node].results]) {
      if (!result) continue;
      const std::string_view label = labels[result];
      if (label == name || label.substr(label.empty() ? 0 : 1) == name) return true;
    }
    return false;
  };
  if (collect(is_called)) {
    found.resize(1);
    return found;
  }
  const auto is_in_module = [&](NodeId node) {
    return any_frame(graph, node, [&](const Location& at) { return at.scope && is_inside(graph[at.scope], name); });
  };
  if (collect(is_in_module)) return found;
  if (const std::optional<Line> line = line_named(name)) {
    const auto is_on_line = [&](NodeId node) {
      return any_frame(graph, node, [&](const Location& at) {
        return at.line == line->number && at.file && is_end_of(line->file, graph[at.file]);
      });
    };
    if (collect(is_on_line)) return found;
  }
  throw InputError(
      fmt::format("no node `{}` in the model, no module and no line of that name; `graphwitness inspect --graph` lists "
                  "them",
                  name));
}

}  // namespace graphwitness
