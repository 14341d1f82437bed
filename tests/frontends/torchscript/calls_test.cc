#include <doctest/doctest.h>

#include <string>

#include "frontends/torchscript/worker.h"

namespace graphwitness {

TEST_CASE("calls on an interface are inlined through the module that stands there") {
  const Graph graph = load_archive(fixture("features/interface.pt"));
  CHECK(count_nodes(graph, "prim::CallMethod") == 0);
  const Location& twice = graph[graph[find_node(graph, "aten::mul")].loc];
  CHECK(graph[twice.scope] == "first");
  CHECK(place(graph, twice.caller) == "fixtures/features/calls.py:39:36-54");
  const Location& shrink = graph[graph[find_node(graph, "prim::If")].loc];
  CHECK(graph[shrink.scope] == "second");
}

TEST_CASE("the body of a fork is a block") {
  const Graph graph = load_archive(fixture("features/fork_wait.pt"));
  const NodeId fork = find_node(graph, "prim::fork");
  REQUIRE(fork);
  REQUIRE(graph[fork].blocks.count == 1);
  const Block& body = graph[graph[graph[fork].blocks][0]];
  CHECK(body.params.count == graph[fork].operands.count);
  const NodeId branch = find_node(graph, "prim::If");
  CHECK(graph[graph[branch].parent].owner == fork);
  const Location& inner = graph[graph[branch].loc];
  CHECK(graph[inner.function] == "slow_part");
  CHECK(graph[inner.caller].line == 52);
}

TEST_CASE("every method of the root is a function, and keeps the names of its parameters") {
  const Graph graph = load_archive(fixture("features/exported_methods.pt"));
  CHECK(graph.functions().size() == 3);
  const Graph branches = load_archive(fixture("two_branch/scripted.pt"));
  const Function& forward = branches[*branches.functions().begin()];
  const auto params = branches[branches[forward.body].params];
  REQUIRE(params.size() == 2);
  CHECK(branches[branches[params[0]].name] == "self");
  CHECK(branches[branches[params[0]].type].kind == Type::Kind::object);
  CHECK(branches[branches[params[1]].name] == "input");
  CHECK(forward.self == *branches.modules().begin());
}

TEST_CASE("an operator of a library that is not there gets a schema from its call") {
  const Graph graph = load_archive(fixture("custom_ops/nms.pt"));
  REQUIRE(graph.missing_operators().size() == 1);
  const MissingOperator& missing = graph.missing_operators()[0];
  CHECK(graph[missing.op] == "torchvision::nms");
  CHECK(graph[missing.schema] == "torchvision::nms(_, _, _) -> Tensor");
  CHECK(graph[missing.loc].line != 0);
  CHECK(count_nodes(graph, "torchvision::nms") == 1);
}

TEST_CASE("an archive of PyTorch 2.6 with an operator that an older one lacks") {
  const Graph graph = load_archive(fixture("pytorch_2_6/gated_sdpa_scripted.pt"));
  CHECK(count_nodes(graph, "prim::If") == 1);
  CHECK(count_nodes(graph, "aten::scaled_dot_product_attention") == 1);
}

TEST_CASE("constants are read, so that a trace's numbers are known") {
  const Graph graph = load_archive(fixture("features/two_traced_methods.pt"));
  const Literal* value = graph.attribute(find_node(graph, "prim::Constant"), "value");
  REQUIRE(value != nullptr);
  REQUIRE(value->kind == Literal::Kind::tensor);
  const Tensor& tensor = graph[TensorId{static_cast<std::uint32_t>(value->bits)}];
  CHECK(graph[tensor.data].size() == byte_size(graph[tensor.type].dtype));
}

}  // namespace graphwitness
