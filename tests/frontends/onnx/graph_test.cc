#include <doctest/doctest.h>

#include "frontends/onnx/models.h"
#include "frontends/onnx/read_onnx.h"
#include "graphwitness/ir/text.h"

namespace graphwitness {
namespace {

TEST_CASE("a graph is a function with its inputs as parameters") {
  const Graph graph = read("net (float[N, 4] x) => (float[N, 4] y) { h = Relu(x)  y = Neg(h) }");
  CHECK(graph.format() == Format::onnx);
  CHECK(body_of(graph) ==
        "graph \"net\" exported (%x: tensor<f32, N, 4>):\n"
        "  %h = onnx::Relu(%x)\n"
        "  %y: tensor<f32, N, 4> = onnx::Neg(%h)\n"
        "  return %y\n");
  CHECK(graph.property("problem").empty());
}

TEST_CASE("domains: the default one is called onnx, spelled out or not") {
  auto model = model_of("net (float[4] x) => (float[4] y) { a = Relu(x)  b = Relu(a)  c = Relu(b)  y = Relu(c) }");
  model.mutable_graph()->mutable_node(1)->set_domain("ai.onnx");
  model.mutable_graph()->mutable_node(2)->set_domain("ai.onnx.ml");
  model.mutable_graph()->mutable_node(3)->set_domain("com.example.nobody.knows");
  CHECK(body_of(read(model)) ==
        "graph \"net\" exported (%x: tensor<f32, 4>):\n"
        "  %a = onnx::Relu(%x)\n"
        "  %b = onnx::Relu(%a)\n"
        "  %c = ai.onnx.ml::Relu(%b)\n"
        "  %y: tensor<f32, 4> = com.example.nobody.knows::Relu(%c)\n"
        "  return %y\n");
}

TEST_CASE("omitted inputs and outputs are none") {
  auto model = model_of("net (float[4] x) => (float[4] y) { a, y = Op(x, x, x) }");
  model.mutable_graph()->mutable_node(0)->set_input(1, "");
  model.mutable_graph()->mutable_node(0)->set_output(0, "");
  CHECK(body_of(read(model)) ==
        "graph \"net\" exported (%x: tensor<f32, 4>):\n"
        "  _, %y: tensor<f32, 4> = onnx::Op(%x, _, %x)\n"
        "  return %y\n");
}

TEST_CASE("nodes keep the order of the file, names their meaning") {
  const Graph graph = read("net (float[4] x) => (float[4] y) { y = Neg(h)  h = Relu(x) }");
  CHECK(body_of(graph) ==
        "graph \"net\" exported (%x: tensor<f32, 4>):\n"
        "  %y: tensor<f32, 4> = onnx::Neg(%h)\n"
        "  %h = onnx::Relu(%x)\n"
        "  return %y\n");
}

TEST_CASE("a cycle is data") {
  const Graph graph = read("net (float[4] x) => (float[4] y) { a = Add(x, b)  b = Relu(a)  y = Neg(b) }");
  const auto nodes = graph[graph[BlockId{0}].nodes];
  REQUIRE(nodes.size() == 3);
  CHECK(graph[graph[nodes[0]].operands][1] == graph[graph[nodes[1]].results][0]);
  CHECK(graph[graph[nodes[1]].operands][0] == graph[graph[nodes[0]].results][0]);
}

TEST_CASE("a name that nothing defines is one unresolved value") {
  const Graph graph = read("net (float[4] x) => (float[4] missing) { a = Add(nowhere, nowhere) }");
  const auto operands = graph[graph[NodeId{0}].operands];
  CHECK(operands[0] == operands[1]);
  CHECK(graph[operands[0]].def == Value::Def::unresolved);
  CHECK(graph[graph[operands[0]].name] == "nowhere");
  const ValueId output = graph[graph[BlockId{0}].outputs][0];
  CHECK(graph[output].def == Value::Def::unresolved);
  CHECK(print_type(graph, graph[output].type) == "tensor<f32, 4>");
}

TEST_CASE("of two definitions of one name the first is meant") {
  const Graph graph = read("net (float[4] x) => (float[4] y) { y = Relu(x)  y = Neg(x)  z = Abs(y) }");
  const ValueId first = graph[graph[NodeId{0}].results][0];
  const ValueId second = graph[graph[NodeId{1}].results][0];
  CHECK(first != second);
  CHECK(graph[graph[NodeId{2}].operands][0] == first);
  CHECK(graph[graph[BlockId{0}].outputs][0] == first);
  CHECK(graph.defining_node(second) == NodeId{1});
}

TEST_CASE("names may hold any bytes") {
  auto model = model_of("net (float[4] x) => (float[4] y) { y = Relu(x) }");
  const std::string strange("a\0b\xff\n\"%", 7);
  model.mutable_graph()->mutable_input(0)->set_name(strange);
  model.mutable_graph()->mutable_node(0)->set_input(0, strange);
  model.mutable_graph()->mutable_node(0)->set_name(strange);
  model.mutable_graph()->mutable_node(0)->set_op_type(strange);
  const Graph graph = read(model);
  const ValueId input = graph[graph[NodeId{0}].operands][0];
  CHECK(graph[graph[input].name] == strange);
  CHECK(graph[input].def == Value::Def::block);
  CHECK(graph[graph[NodeId{0}].name] == strange);
  CHECK(graph[graph[NodeId{0}].op] == "onnx::" + strange);
  const std::string text = print(graph);
  CHECK(print(read_ir(text).graph) == text);
}

constexpr const char* kIf =
    "net (bool c, float[4] x) => (float[4] y) {"
    "  y = If (c) <else_branch = e () => (float[4] b) { b = Sub(x, later) },"
    "              then_branch = t () => (float[4] a) { x = Neg(later)  a = Add(x, x) }>"
    "  later = Relu(x) }";

TEST_CASE("the arms of If: then first, captured values direct, inner names before outer ones") {
  CHECK(body_of(read(kIf)) ==
        "graph \"net\" exported (%c: tensor<bool>, %x: tensor<f32, 4>):\n"
        "  %y: tensor<f32, 4> = onnx::If[blocks=[\"then_branch\", \"else_branch\"]](%c) {\n"
        "    block():\n"
        "      %x#2 = onnx::Neg(%later)\n"
        "      %a: tensor<f32, 4> = onnx::Add(%x#2, %x#2)\n"
        "      return %a\n"
        "    block():\n"
        "      %b: tensor<f32, 4> = onnx::Sub(%x, %later)\n"
        "      return %b\n"
        "  }\n"
        "  %later = onnx::Relu(%x)\n"
        "  return %y\n");
}

TEST_CASE("node ids follow the text: a node, then what is nested in it") {
  const Graph graph = read(kIf);
  CHECK(graph[graph[NodeId{0}].op] == "onnx::If");
  CHECK(graph[graph[NodeId{1}].op] == "onnx::Neg");
  CHECK(graph[graph[NodeId{3}].op] == "onnx::Sub");
  CHECK(graph[graph[NodeId{4}].op] == "onnx::Relu");
}

TEST_CASE("an arm that lists a captured value as its input still captures it") {
  const Graph graph = read(
      "net (bool c, float[4] x) => (float[4] y) {"
      "  y = If (c) <then_branch = t (float[4] x, float[4] own) => (float[4] a) { a = Add(x, own) },"
      "              else_branch = e () => (float[4] b) { b = Neg(x) }> }");
  const ValueId x = graph[graph[BlockId{0}].params][1];
  CHECK(graph[graph[NodeId{1}].operands][0] == x);
  CHECK(graph[graph[BlockId{1}].params].size() == 1);
  CHECK(graph.property("problem") == "an arm of `If` declares the captured value `x` as its input");
}

TEST_CASE("formal inputs of a loop body are block parameters, also when the outer graph has the name") {
  const Graph graph = read(
      "net (int64 n, bool c, float[4] x) => (float[4] y) {"
      "  y = Loop (n, c, x) <body = b (int64 i, bool c, float[4] x) => (bool d, float[4] z)"
      "    { d = Identity(c)  z = Neg(x) }> }");
  CHECK(body_of(graph) ==
        "graph \"net\" exported (%n: tensor<i64>, %c: tensor<bool>, %x: tensor<f32, 4>):\n"
        "  %y: tensor<f32, 4> = onnx::Loop[blocks=[\"body\"]](%n, %c, %x) {\n"
        "    block(%i: tensor<i64>, %c#2: tensor<bool>, %x#2: tensor<f32, 4>):\n"
        "      %d: tensor<bool> = onnx::Identity(%c#2)\n"
        "      %z: tensor<f32, 4> = onnx::Neg(%x#2)\n"
        "      return %d, %z\n"
        "  }\n"
        "  return %y\n");
  CHECK(graph.property("problem").empty());
}

TEST_CASE("attributes of every kind") {
  auto model = model_of("net (float[4] x) => (float[4] y) { y = Op(x) }");
  auto& node = *model.mutable_graph()->mutable_node(0);
  using A = onnx::AttributeProto;
  const auto add = [&](const char* name, A::AttributeType type) -> A& {
    A& attribute = *node.add_attribute();
    attribute.set_name(name);
    attribute.set_type(type);
    return attribute;
  };
  add("f", A::FLOAT).set_f(0.5F);
  add("i", A::INT).set_i(-7);
  add("s", A::STRING).set_s(std::string("a\0\xff", 3));
  add("fs", A::FLOATS).add_floats(1.0F);
  add("is", A::INTS);
  A& strings = add("ss", A::STRINGS);
  strings.add_strings("p");
  strings.add_strings("q");
  auto& tensor = *add("t", A::TENSOR).mutable_t();
  tensor.set_data_type(onnx::TensorProto::INT64);
  tensor.add_dims(1);
  tensor.add_int64_data(9);
  auto& element = *add("tp", A::TYPE_PROTO).mutable_tp()->mutable_sequence_type()->mutable_elem_type();
  element.mutable_tensor_type()->set_elem_type(1);
  add("nothing", A::UNDEFINED);
  A& untyped = *node.add_attribute();  // as files of IR version 1 have it
  untyped.set_name("untyped");
  untyped.set_i(3);
  const std::string text = body_of(read(model));
  CAPTURE(text);
  CHECK(text.find("onnx::Op[f=0.5, i=-7, s=\"a\\x00\\xff\", fs=[1.0], is=[], ss=[\"p\", \"q\"], t=tensor 0, "
                  "tp=type list<tensor<f32, *>>, nothing=none, untyped=3](%x)") != std::string::npos);
}

TEST_CASE("a sparse tensor attribute keeps its parts") {
  auto model = model_of("net (float[4] x) => (float[4] y) { y = Constant() }");
  auto& attribute = *model.mutable_graph()->mutable_node(0)->add_attribute();
  attribute.set_name("sparse_value");
  attribute.set_type(onnx::AttributeProto::SPARSE_TENSOR);
  auto& sparse = *attribute.mutable_sparse_tensor();
  sparse.add_dims(100);
  sparse.mutable_values()->set_data_type(onnx::TensorProto::FLOAT);
  sparse.mutable_values()->add_dims(1);
  sparse.mutable_values()->add_float_data(2.0F);
  sparse.mutable_indices()->set_data_type(onnx::TensorProto::INT64);
  sparse.mutable_indices()->add_dims(1);
  sparse.mutable_indices()->add_int64_data(42);
  const Graph graph = read(model);
  const Literal* value = graph.attribute(NodeId{0}, "sparse_value");
  REQUIRE(value != nullptr);
  CHECK(value->kind == Literal::Kind::dict);
  CHECK(value->elements.count == 6);
  CHECK(graph.tensors().size() == 2);
}

TEST_CASE("a long list of numbers is one tensor") {
  auto model = model_of("net (float[4] x) => (float[4] y) { y = Op(x) }");
  auto& attribute = *model.mutable_graph()->mutable_node(0)->add_attribute();
  attribute.set_name("long");
  attribute.set_type(onnx::AttributeProto::INTS);
  for (int i = 0; i < 5000; ++i) attribute.add_ints(i);
  const Graph graph = read(model);
  const Literal* value = graph.attribute(NodeId{0}, "long");
  REQUIRE(value != nullptr);
  REQUIRE(value->kind == Literal::Kind::tensor);
  const Tensor& tensor = graph[TensorId{static_cast<std::uint32_t>(value->bits)}];
  CHECK(print_type(graph, tensor.type) == "tensor<i64, 5000>");
  CHECK(tensor.length == 40000);
  CHECK(graph[tensor.data].size() == 40000);
}

TEST_CASE("metadata becomes properties") {
  auto model = model_of("net (float[4] x) => (float[4] y) { y = Relu(x) }");
  model.set_producer_name("maker");
  model.set_producer_version("2.0");
  model.set_domain("org.example");
  model.set_model_version(3);
  model.set_doc_string("about\nit");
  model.mutable_graph()->set_doc_string("about the graph");
  auto* opset = model.add_opset_import();
  opset->set_domain("com.microsoft");
  opset->set_version(1);
  auto* entry = model.add_metadata_props();
  entry->set_key("author");
  entry->set_value("somebody");
  model.add_training_info()->mutable_algorithm()->add_node()->set_op_type("Adam");
  model.mutable_graph()->add_quantization_annotation()->set_tensor_name("x");
  const Graph graph = read(model);
  CHECK(graph.property("ir_version") == "8");
  CHECK(graph.property("producer_name") == "maker");
  CHECK(graph.property("producer_version") == "2.0");
  CHECK(graph.property("domain") == "org.example");
  CHECK(graph.property("model_version") == "3");
  CHECK(graph.property("doc_string") == "about\nit");
  CHECK(graph.property("graph_doc_string") == "about the graph");
  CHECK(graph.property("opset.ai.onnx") == "16");
  CHECK(graph.property("opset.com.microsoft") == "1");
  CHECK(graph.property("metadata.author") == "somebody");
  CHECK(graph.property("training_info") == "1");
  CHECK(graph.property("quantization_annotations") == "1");
  CHECK(graph.all_nodes().size() == 1);  // training is no part of the graph
}

TEST_CASE("every IR version reads") {
  for (int version = 0; version <= 20; ++version) {
    auto model = model_of("net (float[4] x) => (float[4] y) { y = Relu(x) }");
    model.set_ir_version(version);
    CHECK(read(model).property("ir_version") == std::to_string(version));
  }
}

}  // namespace
}  // namespace graphwitness
