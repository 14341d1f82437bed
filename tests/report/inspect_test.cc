#include "graphwitness/report/inspect.h"

#include <doctest/doctest.h>

#include <array>
#include <vector>

#include "graphwitness/ir/builder.h"

namespace graphwitness {
namespace {

using Role = ModuleAttribute::Role;

/// A root with a child; the child's `weight` is the root's, once by id and once by its place in the file.
Graph shared_weights() {
  GraphBuilder builder;
  const std::array dims{Dim{.extent = 3}, Dim{.extent = 4}};
  const TypeId matrix = builder.tensor_type(DType::f32, dims);
  const TypeId unknown = builder.tensor_type(DType::f32);
  const Symbol file = builder.intern("m.pt");
  const TensorId weight = builder.tensor_in_file(matrix, "weight", file, 64, 48);
  const TensorId again = builder.tensor_in_file(matrix, "weight", file, 64, 48);
  const TensorId other = builder.tensor_in_file(matrix, "other", file, 128, 48);
  const TensorId shapeless = builder.tensor_absent(unknown, "lost", 7);
  const auto held = [&](const char* name, Role role, TensorId tensor) {
    return ModuleAttribute{builder.intern(name), role, matrix, builder.tensor(tensor)};
  };
  const ModuleId root = builder.add_module({.name = builder.intern(""),
                                            .path = builder.intern(""),
                                            .type = builder.intern("Net"),
                                            .parent = {},
                                            .has_setstate = false,
                                            .attributes = {}});
  const ModuleId child = builder.add_module({.name = builder.intern("a"),
                                             .path = builder.intern("a"),
                                             .type = builder.intern("Part"),
                                             .parent = root,
                                             .has_setstate = true,
                                             .attributes = {}});
  const std::array of_root{held("weight", Role::parameter, weight), held("mean", Role::buffer, other)};
  const std::array of_child{held("weight", Role::parameter, weight), held("again", Role::parameter, again),
                            held("lost", Role::parameter, shapeless)};
  builder.set_attributes(root, of_root);
  builder.set_attributes(child, of_child);
  builder.add_property("remark", "listen");
  builder.add_property("producer", "somebody");
  return std::move(builder).build();
}

}  // namespace

TEST_CASE("a tensor that several attributes share counts once, buffers count apart") {
  const Inspection found = inspect(shared_weights(), "m.pt");
  CHECK(found.parameters.tensors == 2);
  CHECK(found.parameters.elements == 12);
  CHECK(found.parameters.bytes == 48 + 7);
  CHECK(found.parameters.unsized == 1);
  CHECK(found.buffers.elements == 12);
}

TEST_CASE("modules come with their depth and the parameters below them") {
  const Inspection found = inspect(shared_weights(), "m.pt");
  REQUIRE(found.modules.size() == 2);
  CHECK(found.modules[0].parameters == 12);
  CHECK(found.modules[1].depth == 1);
  CHECK(found.modules[1].parameters == 0);  // counted where it was met first
  CHECK(found.modules[1].has_setstate);
}

TEST_CASE("remarks are apart from what the file says of itself") {
  const Inspection found = inspect(shared_weights(), "m.pt");
  CHECK(found.remarks == std::vector<std::string>{"listen"});
  REQUIRE(found.properties.size() == 1);
  CHECK(found.properties[0].first == "producer");
}

TEST_CASE("a shape whose product is beyond 64 bits is not counted") {
  GraphBuilder builder;
  const std::array dims{Dim{.extent = std::int64_t{1} << 40}, Dim{.extent = std::int64_t{1} << 40}};
  const TensorId huge = builder.tensor_absent(builder.tensor_type(DType::f32, dims), "huge", 16);
  builder.define_constant(builder.add_value("huge"), huge);
  const Inspection found = inspect(std::move(builder).build(), "m.onnx");
  CHECK(found.parameters.elements == 0);
  CHECK(found.parameters.unsized == 1);
  CHECK(found.parameters.bytes == 16);
}

}  // namespace graphwitness
