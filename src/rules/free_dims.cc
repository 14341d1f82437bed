#include "rules/free_dims.h"

#include <charconv>
#include <optional>

namespace graphwitness {
namespace {

struct InputAxis {
  std::string_view input;
  std::size_t axis = 0;
};

/// "x[0]"
std::optional<InputAxis> input_axis(std::string_view text) {
  const std::size_t open = text.rfind('[');
  if (open == std::string_view::npos || !text.ends_with(']')) return std::nullopt;
  InputAxis found{.input = text.substr(0, open)};
  const std::string_view digits = text.substr(open + 1, text.size() - open - 2);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), found.axis);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return found;
}

}  // namespace

std::vector<ValueId> graph_inputs(const Graph& graph) {
  std::vector<ValueId> inputs;
  for (FunctionId function : graph.functions()) {
    for (ValueId input : graph[graph[graph[function].body].params]) inputs.push_back(input);
  }
  return inputs;
}

FreeDims find_free_dims(const Graph& graph, const std::vector<std::string>& names) {
  FreeDims found;
  const std::vector<ValueId> inputs = graph_inputs(graph);
  for (const std::string& name : names) {
    const std::size_t before = found.dims.size();
    const auto wanted = input_axis(name);
    for (ValueId input : inputs) {
      const auto dims = graph[graph[graph[input].type].dims];
      for (std::size_t axis = 0; axis < dims.size(); ++axis) {
        const bool is_symbol = dims[axis].name && graph[dims[axis].name] == name;
        const bool is_place = wanted && graph[graph[input].name] == wanted->input && axis == wanted->axis;
        if (is_symbol || is_place) found.dims.push_back({input, axis, name});
      }
    }
    if (found.dims.size() == before && name == "batch") {
      for (ValueId input : inputs) {
        if (!graph[graph[graph[input].type].dims].empty()) found.dims.push_back({input, 0, name});
      }
    }
    if (found.dims.size() == before) found.unmatched.push_back(name);
  }
  return found;
}

}  // namespace graphwitness
