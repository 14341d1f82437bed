#include <doctest/doctest.h>

#include <string>

#include "frontends/torchscript/worker.h"

namespace graphwitness {
namespace {

/// The line of the archive's own text that a location is on.
std::string line_of_source(const Graph& graph, LocationId location) {
  const Location& frame = graph[location];
  for (const SourceText& source : graph.sources()) {
    if (source.file != frame.file || frame.line < source.first_line) continue;
    std::string_view text = graph[source.text];
    for (std::uint32_t skip = frame.line - source.first_line; skip > 0 && text.find('\n') != text.npos; --skip) {
      text.remove_prefix(text.find('\n') + 1);
    }
    return std::string(text.substr(0, text.find('\n')));
  }
  return "";
}

}  // namespace

TEST_CASE("operations of scripted code stand on their Python line and column") {
  const Graph graph = load_archive(fixture("two_branch/scripted.pt"));
  const std::string file = "fixtures/two_branch/my_module.py";
  CHECK(place(graph, graph[find_node(graph, "prim::If")].loc) == file + ":20:9");
  CHECK(place(graph, graph[find_node(graph, "aten::sum")].loc) == file + ":20:12-21");
  CHECK(place(graph, graph[find_node(graph, "aten::mv")].loc) == file + ":21:22-36");
  const LocationId add = graph[find_node(graph, "aten::add")].loc;
  CHECK(line_of_source(graph, add) == "            output = self.weight + input");
  CHECK(place(graph, graph[*graph.functions().begin()].loc) == file + ":19:5");
}

TEST_CASE("the stack of traced code is a chain of callers, innermost first, that ends at the tracer") {
  const Graph graph = load_archive(fixture("mixed/traced_parent_scripted_child.pt"));
  const Location& linear = graph[graph[find_node(graph, "aten::linear")].loc];
  CHECK(graph[linear.file].ends_with("torch/nn/modules/linear.py"));
  CHECK(graph[linear.scope] == "linear");
  REQUIRE(linear.caller);
  const Location& parent = graph[linear.caller];
  CHECK(graph[parent.file] == "fixtures/mixed/parent_and_child.py");
  CHECK(graph[parent.scope] == "");
  CHECK_FALSE(parent.caller);
}

TEST_CASE("PyTorch's way to a hook stays in the stack, its way to forward does not") {
  const Graph graph = load_archive(fixture("features/traced_hook.pt"));
  const Location& hook = graph[graph[find_node(graph, "aten::mul")].loc];
  CHECK(graph[hook.function] == "times_ten");
  REQUIRE(hook.caller);
  const Location& dispatch = graph[hook.caller];
  CHECK(graph[dispatch.file].ends_with("torch/nn/modules/module.py"));
  REQUIRE(dispatch.caller);
  CHECK(graph[graph[dispatch.caller].function] == "forward");
  CHECK(graph[graph[dispatch.caller].file] == "fixtures/features/hooks.py");
  const Location& relu = graph[graph[find_node(graph, "aten::relu")].loc];
  REQUIRE(relu.caller);
  CHECK_FALSE(graph[graph[relu.caller].file].ends_with("torch/nn/modules/module.py"));
}

TEST_CASE("no debug records: no lines, but functions and modules") {
  const Graph graph = load_archive(fixture("features/no_debug.pt"));
  const Location& conv = graph[graph[find_node(graph, "aten::conv2d")].loc];
  CHECK(conv.line == 0);
  CHECK(graph[conv.scope] == "conv");
  CHECK(graph.sources().empty());
}

}  // namespace graphwitness
