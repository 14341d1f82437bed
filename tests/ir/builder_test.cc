#include "graphwitness/ir/builder.h"

#include <doctest/doctest.h>

namespace graphwitness {
namespace {

TEST_CASE("equal types have equal ids") {
  GraphBuilder builder;
  const Dim two{.extent = 2, .name = {}};
  const Dim n{.extent = Dim::kUnknown, .name = builder.intern("N")};
  const TypeId a = builder.tensor_type(DType::f32, std::vector{two, n});
  CHECK(a == builder.tensor_type(DType::f32, std::vector{two, n}));
  CHECK(a != builder.tensor_type(DType::f32, std::vector{n, two}));
  CHECK(a != builder.tensor_type(DType::f64, std::vector{two, n}));
  CHECK(builder.tensor_type(DType::f32) != builder.tensor_type(DType::f32, {}));
  const TypeId list = builder.type(Type::Kind::list, std::vector{a});
  CHECK(list == builder.type(Type::Kind::list, std::vector{a}));
  CHECK(list != builder.type(Type::Kind::optional, std::vector{a}));
}

TEST_CASE("equal words and frames have equal ids") {
  GraphBuilder builder;
  CHECK(builder.intern("aten::add") == builder.intern("aten::add"));
  CHECK(builder.intern("aten::add") != builder.intern("aten::sub"));
  const Location frame{.file = builder.intern("a.py"), .line = 3};
  const LocationId first = builder.location(frame);
  CHECK(first == builder.location(frame));
  Location deeper = frame;
  deeper.caller = first;
  CHECK(first != builder.location(deeper));
}

TEST_CASE("nodes of nested blocks belong to their block, in order") {
  GraphBuilder builder;
  const BlockId body = builder.body(builder.add_function("f", Function::Origin::scripted));
  const NodeId outer = builder.add_node(body, "prim::If", {}, {});
  const BlockId nested = builder.add_block(outer);
  const NodeId inner = builder.add_node(nested, "a::a", {}, {});
  const NodeId after = builder.add_node(body, "a::b", {}, {});
  const BlockId second = builder.add_block(outer);
  const Graph graph = std::move(builder).build();
  CHECK(std::vector(graph[graph[body].nodes].begin(), graph[graph[body].nodes].end()) == std::vector{outer, after});
  CHECK(graph[graph[nested].nodes][0] == inner);
  const auto blocks = graph[graph[outer].blocks];
  CHECK(std::vector(blocks.begin(), blocks.end()) == std::vector{nested, second});
  CHECK(graph[second].function == FunctionId{0});
}

TEST_CASE("a module's attributes are found by name, each in its own module, the first of two with one name") {
  GraphBuilder builder;
  const auto named = [&](std::string_view name, ModuleAttribute::Role role) {
    return ModuleAttribute{.name = builder.intern(name), .role = role};
  };
  const ModuleId empty = builder.add_module({});
  const ModuleId full = builder.add_module({});
  builder.set_attributes(
      full, std::vector{named("weight", ModuleAttribute::Role::parameter), named("bias", ModuleAttribute::Role::buffer),
                        named("weight", ModuleAttribute::Role::plain)});
  const ModuleId other = builder.add_module({});
  builder.set_attributes(other, std::vector{named("bias", ModuleAttribute::Role::plain)});
  const Graph graph = std::move(builder).build();
  REQUIRE(graph.attribute(full, "weight") != nullptr);
  CHECK(graph.attribute(full, "weight")->role == ModuleAttribute::Role::parameter);
  CHECK(graph.attribute(full, "bias")->role == ModuleAttribute::Role::buffer);
  CHECK(graph.attribute(other, "bias")->role == ModuleAttribute::Role::plain);
  CHECK(graph.attribute(other, "weight") == nullptr);
  CHECK(graph.attribute(empty, "bias") == nullptr);
}

TEST_CASE("an empty graph has nothing in it") {
  const Graph graph = GraphBuilder().build();
  CHECK(graph.all_nodes().size() == 0);
  CHECK(graph.functions().size() == 0);
  CHECK(graph.property("x").empty());
  CHECK(!graph.find_symbol("x"));
}

}  // namespace
}  // namespace graphwitness
