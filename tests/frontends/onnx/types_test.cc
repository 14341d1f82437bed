#include "frontends/onnx/types.h"

#include <doctest/doctest.h>

#include "frontends/onnx/models.h"
#include "graphwitness/ir/text.h"

namespace graphwitness {
namespace {

/// How the IR spells the type of the input `x` that `fill` makes.
template <class Fill>
std::string type_text(Fill fill) {
  auto model = model_of("net (float[4] x) => (float[4] y) { y = Relu(x) }");
  auto& type = *model.mutable_graph()->mutable_input(0)->mutable_type();
  type.Clear();
  fill(type);
  const Graph graph = read(model);
  return print_type(graph, graph[graph[graph[BlockId{0}].params][0]].type);
}

TEST_CASE("every element type that ONNX has defined") {
  constexpr const char* kNames[] = {"?",   "f32",  "u8",     "i8",       "u16",        "i16",    "i32",
                                    "i64", "str",  "bool",   "f16",      "f64",        "u32",    "u64",
                                    "c64", "c128", "bf16",   "f8e4m3fn", "f8e4m3fnuz", "f8e5m2", "f8e5m2fnuz",
                                    "u4",  "i4",   "f4e2m1", "f8e8m0"};
  for (int i = 0; i < 25; ++i) CHECK(name_of(dtype_of(i)) == kNames[i]);
  CHECK(dtype_of(25) == DType::unknown);
  CHECK(dtype_of(-1) == DType::unknown);
}

TEST_CASE("shapes: sizes, symbols, unknown sizes, rank 0, unknown rank") {
  CHECK(type_text([](auto& type) {
          auto& tensor = *type.mutable_tensor_type();
          tensor.set_elem_type(1);
          tensor.mutable_shape()->add_dim()->set_dim_param("batch size");
          tensor.mutable_shape()->add_dim()->set_dim_value(3);
          tensor.mutable_shape()->add_dim()->set_dim_value(-1);
          tensor.mutable_shape()->add_dim();
        }) == "tensor<f32, \"batch size\", 3, ?, ?>");
  CHECK(type_text([](auto& type) {
          type.mutable_tensor_type()->set_elem_type(7);
          type.mutable_tensor_type()->mutable_shape();
        }) == "tensor<i64>");
  CHECK(type_text([](auto& type) { type.mutable_tensor_type()->set_elem_type(7); }) == "tensor<i64, *>");
}

TEST_CASE("sequences, optionals, maps, sparse and opaque types") {
  CHECK(type_text([](auto& type) {
          auto& element = *type.mutable_sequence_type()->mutable_elem_type();
          element.mutable_optional_type()->mutable_elem_type()->mutable_tensor_type()->set_elem_type(1);
        }) == "list<optional<tensor<f32, *>>>");
  CHECK(type_text([](auto& type) {
          type.mutable_map_type()->set_key_type(8);
          type.mutable_map_type()->mutable_value_type()->mutable_tensor_type()->set_elem_type(1);
        }) == "dict<str, tensor<f32, *>>");
  CHECK(type_text([](auto& type) {
          type.mutable_sparse_tensor_type()->set_elem_type(1);
          type.mutable_sparse_tensor_type()->mutable_shape()->add_dim()->set_dim_value(5);
        }) == "tensor<f32, 5>");
  CHECK(type_text([](auto& type) {
          type.mutable_opaque_type()->set_domain("org.example");
          type.mutable_opaque_type()->set_name("Blob");
        }) == "opaque \"org.example.Blob\"");
  CHECK(type_text([](auto& type) { type.mutable_sequence_type(); }) == "list<unknown>");
}

}  // namespace
}  // namespace graphwitness
