#include "frontends/torchscript/worker.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "graphwitness/ir/text.h"
#include "support/subprocess.h"

namespace graphwitness {
namespace {

std::string answer(const std::string& path) {
  SubprocessCommand command;
  command.program = GRAPHWITNESS_TORCH_WORKER;
  command.arguments = {"load", path};
  const SubprocessOutcome outcome = run_subprocess(command);
  INFO(outcome.output);
  CHECK(outcome.end == SubprocessOutcome::End::exited);
  CHECK(outcome.code == 0);
  return std::string(outcome.result.bytes());
}

}  // namespace

std::string fixture(std::string_view name) { return GRAPHWITNESS_SOURCE_DIR "/fixtures/" + std::string(name); }

Graph load_archive(const std::string& path) {
  const std::string text = answer(path);
  const bool ok = text.starts_with("ok\n");
  CHECK_MESSAGE(ok, text.substr(0, 300));
  return read_ir(ok ? std::string_view(text).substr(3) : "format torchscript\n").graph;
}

std::string refusal(const std::string& path) {
  const std::string text = answer(path);
  REQUIRE_MESSAGE(text.starts_with("error\n"), text.substr(0, 300));
  CHECK(std::ranges::count(text, '\n') == 2);
  return text.substr(6, text.size() - 7);
}

NodeId find_node(const Graph& graph, std::string_view op) {
  for (NodeId node : graph.all_nodes()) {
    if (graph[graph[node].op] == op) return node;
  }
  return {};
}

std::size_t count_nodes(const Graph& graph, std::string_view op) {
  std::size_t count = 0;
  for (NodeId node : graph.all_nodes()) count += graph[graph[node].op] == op ? 1U : 0U;
  return count;
}

std::string place(const Graph& graph, LocationId location) {
  if (!location) return "";
  const Location& frame = graph[location];
  std::string text(graph[frame.file]);
  if (frame.line != 0) text += ":" + std::to_string(frame.line);
  if (frame.column != 0) text += ":" + std::to_string(frame.column);
  if (frame.end_column != 0) text += "-" + std::to_string(frame.end_column);
  return text;
}

std::vector<std::string> properties(const Graph& graph, std::string_view key) {
  std::vector<std::string> values;
  for (const Property& property : graph.properties()) {
    if (graph[property.key] == key) values.emplace_back(graph[property.value]);
  }
  return values;
}

}  // namespace graphwitness
