#include <doctest/doctest.h>

#include <map>
#include <string>

#include "frontends/torchscript/worker.h"

namespace graphwitness {
namespace {

using Origin = Function::Origin;

std::map<std::string, Origin> methods(const Graph& graph) {
  std::map<std::string, Origin> origins;
  for (FunctionId function : graph.functions()) {
    origins.emplace(std::string(graph[graph[function].name]), graph[function].origin);
  }
  return origins;
}

std::map<std::string, Origin> callables(const Graph& graph) {
  std::map<std::string, Origin> origins;
  for (const Callable& callable : graph.callables()) {
    origins.emplace(std::string(graph[callable.name]), callable.origin);
  }
  return origins;
}

}  // namespace

TEST_CASE("one kind of code") {
  CHECK(methods(load_archive(fixture("two_branch/scripted.pt")))["forward"] == Origin::scripted);
  CHECK(methods(load_archive(fixture("two_branch/traced.pt")))["forward"] == Origin::traced);
  CHECK(methods(load_archive(fixture("functions/foo_traced.pt")))["forward"] == Origin::traced);
}

TEST_CASE("a scripted parent of a traced child") {
  const Graph graph = load_archive(fixture("mixed/scripted_parent_traced_child.pt"));
  CHECK(methods(graph)["forward"] == Origin::mixed);
  CHECK(callables(graph)["__torch__.BranchingParent.forward"] == Origin::scripted);
  CHECK(callables(graph)["__torch__.torch.nn.modules.linear.Linear.forward"] == Origin::traced);
}

TEST_CASE("a traced parent of a scripted child") {
  const Graph graph = load_archive(fixture("mixed/traced_parent_scripted_child.pt"));
  CHECK(methods(graph)["forward"] == Origin::mixed);
  CHECK(callables(graph)["__torch__.Parent.forward"] == Origin::traced);
  CHECK(callables(graph)["__torch__.Child.forward"] == Origin::scripted);
}

TEST_CASE("a scripted function that calls a traced one") {
  const Graph graph = load_archive(fixture("functions/bar_scripted.pt"));
  CHECK(methods(graph)["forward"] == Origin::mixed);
}

TEST_CASE("an exported method of a traced module is scripted") {
  const Graph graph = load_archive(fixture("features/traced_with_exported.pt"));
  CHECK(methods(graph)["forward"] == Origin::traced);
  CHECK(methods(graph)["positive_mean"] == Origin::scripted);
}

TEST_CASE("without debug records the printed code tells") {
  CHECK(methods(load_archive(fixture("features/no_debug.pt")))["forward"] == Origin::scripted);
}

}  // namespace graphwitness
