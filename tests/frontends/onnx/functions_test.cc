#include <doctest/doctest.h>

#include "frontends/onnx/models.h"

namespace graphwitness {
namespace {

onnx::NodeProto node_of(const char* op, std::initializer_list<const char*> inputs,
                        std::initializer_list<const char*> outputs, const char* domain = "") {
  onnx::NodeProto node;
  node.set_op_type(op);
  node.set_domain(domain);
  for (const char* input : inputs) node.add_input(input);
  for (const char* output : outputs) node.add_output(output);
  return node;
}

onnx::FunctionProto& add_function(onnx::ModelProto& model, const char* name, std::initializer_list<const char*> inputs,
                                  std::initializer_list<const char*> outputs,
                                  std::initializer_list<onnx::NodeProto> nodes) {
  onnx::FunctionProto& function = *model.add_functions();
  function.set_domain("my");
  function.set_name(name);
  for (const char* input : inputs) function.add_input(input);
  for (const char* output : outputs) function.add_output(output);
  for (const onnx::NodeProto& node : nodes) *function.add_node() = node;
  return function;
}

onnx::ModelProto model_calling(const onnx::NodeProto& call) {
  auto model = model_of("net (float[4] x) => (float[4] y) { h = Relu(x) }");
  *model.mutable_graph()->add_node() = call;
  return model;
}

/// Appends a field that onnx 1.12 does not know.
template <class Message>
void append_field(Message& message, int number, const std::string& bytes) {
  std::string whole = message.SerializeAsString();
  whole += static_cast<char>(number << 3 | 2);
  whole += static_cast<char>(bytes.size());
  whole += bytes;
  REQUIRE(message.ParseFromString(whole));
}

TEST_CASE("a call becomes the function's nodes, its results the caller's values") {
  auto model = model_calling(node_of("Twice", {"h"}, {"y"}, "my"));
  add_function(model, "Twice", {"a"}, {"b"}, {node_of("Neg", {"a"}, {"h"}), node_of("Add", {"h", "h"}, {"b"})});
  const Graph graph = read(model);
  CHECK(body_of(graph).find("  %h = onnx::Relu(%x)\n"
                            "  %h#2 = onnx::Neg(%h) @1\n"
                            "  %y: tensor<f32, 4> = onnx::Add(%h#2, %h#2) @1\n"
                            "  return %y\n") != std::string::npos);
  REQUIRE(graph.callables().size() == 1);
  CHECK(graph[graph.callables()[0].name] == "my::Twice");
  const Location& here = graph[graph[NodeId{1}].loc];
  CHECK(graph[here.function] == "my::Twice");
  REQUIRE(here.caller);
  CHECK(graph[graph[here.caller].function] == "net");
}

TEST_CASE("functions call functions, with the whole call stack") {
  auto model = model_calling(node_of("Outer", {"h"}, {"y"}, "my"));
  model.mutable_graph()->mutable_node(1)->set_name("/enc/Outer");
  model.mutable_graph()->mutable_node(1)->set_doc_string("net.py(5): forward\ntrain.py(1): <module>\n");
  add_function(model, "Outer", {"a"}, {"b"}, {node_of("Inner", {"a"}, {"b"}, "my")});
  add_function(model, "Inner", {"a"}, {"b"}, {node_of("Neg", {"a"}, {"b"})});
  const Graph graph = read(model);
  REQUIRE(graph.all_nodes().size() == 2);
  std::string stack;
  for (LocationId at = graph[NodeId{1}].loc; at; at = graph[at].caller) {
    stack += std::string(graph[graph[at].function]) + "@" + std::string(graph[graph[at].file]) + " ";
  }
  CHECK(stack == "my::Inner@ my::Outer@ forward@net.py ");
}

TEST_CASE("attributes of the call reach the nodes that refer to them, else the defaults") {
  auto model = model_calling(node_of("Scale", {"h"}, {"y"}, "my"));
  auto& given = *model.mutable_graph()->mutable_node(1)->add_attribute();
  given.set_name("by");
  given.set_type(onnx::AttributeProto::FLOAT);
  given.set_f(2.5F);
  auto node = node_of("Op", {"a"}, {"b"});
  for (const char* name : {"by", "axis", "absent"}) {
    auto& attribute = *node.add_attribute();
    attribute.set_name(std::string("my_") + name);
    attribute.set_ref_attr_name(name);
    attribute.set_type(onnx::AttributeProto::FLOAT);
  }
  auto& function = add_function(model, "Scale", {"a"}, {"b"}, {node});
  onnx::AttributeProto axis;
  axis.set_name("axis");
  axis.set_type(onnx::AttributeProto::INT);
  axis.set_i(3);
  append_field(function, 11, axis.SerializeAsString());
  const std::string text = body_of(read(model));
  CAPTURE(text);
  CHECK(text.find("onnx::Op[my_by=2.5, my_axis=3](%h)") != std::string::npos);
}

TEST_CASE("a subgraph given to a function captures from the place of the call") {
  auto model = model_of(
      "net (bool c, float[4] x) => (float[4] y) {"
      "  y = Choose(c) <arm = g () => (float[4] a) { a = Neg(x) }>"
      "}");
  model.mutable_graph()->mutable_node(0)->set_domain("my");
  auto node = node_of("If", {"x"}, {"b"});
  for (const char* name : {"then_branch", "else_branch"}) {
    auto& attribute = *node.add_attribute();
    attribute.set_name(name);
    attribute.set_ref_attr_name("arm");
    attribute.set_type(onnx::AttributeProto::GRAPH);
  }
  add_function(model, "Choose", {"x"}, {"b"}, {node});  // its own `x` is the condition
  const Graph graph = read(model);
  const auto params = graph[graph[BlockId{0}].params];
  REQUIRE(graph.all_nodes().size() == 3);
  CHECK(graph[graph[NodeId{0}].operands][0] == params[0]);
  CHECK(graph[graph[NodeId{1}].operands][0] == params[1]);
  CHECK(graph[graph[NodeId{2}].operands][0] == params[1]);
}

TEST_CASE("bodies see their own names only") {
  auto model = model_calling(node_of("Bad", {"h"}, {"y"}, "my"));
  add_function(model, "Bad", {"a"}, {"b"}, {node_of("Add", {"a", "x"}, {"b"})});
  const Graph graph = read(model);
  const ValueId x = graph[graph[NodeId{1}].operands][1];
  CHECK(graph[x].def == Value::Def::unresolved);
}

TEST_CASE("arguments and results that are left out, handed through or handed out twice") {
  auto model = model_calling(node_of("Odd", {"h"}, {"y", "", "through", "again"}, "my"));
  add_function(model, "Odd", {"a", "missing"}, {"b", "c", "a", "b"}, {node_of("Op", {"a", "missing"}, {"b", "c"})});
  const std::string text = body_of(read(model));
  CAPTURE(text);
  CHECK(text.find("%y: tensor<f32, 4>, %c = onnx::Op(%h, _)") != std::string::npos);
  CHECK(text.find("%through = onnx::Identity(%h)") != std::string::npos);
  CHECK(text.find("%again = onnx::Identity(%y)") != std::string::npos);
}

TEST_CASE("overloads") {
  auto model = model_calling(node_of("F", {"h"}, {"y"}, "my"));
  append_field(*model.mutable_graph()->mutable_node(1), 8, "second");
  append_field(add_function(model, "F", {"a"}, {"b"}, {node_of("Neg", {"a"}, {"b"})}), 13, "first");
  append_field(add_function(model, "F", {"a"}, {"b"}, {node_of("Abs", {"a"}, {"b"})}), 13, "second");
  const Graph graph = read(model);
  CHECK(graph[graph[NodeId{1}].op] == "onnx::Abs");
  CHECK(graph[graph.callables()[1].name] == "my::F:second");
}

TEST_CASE("functions of other operator sets are recorded") {
  auto model = model_calling(node_of("F", {"h"}, {"y"}, "my"));
  auto& function = add_function(model, "F", {"a"}, {"b"}, {node_of("Neg", {"a"}, {"b"})});
  function.add_opset_import()->set_version(9);
  CHECK(read(model).property("function_opset.my::F.ai.onnx") == "9");
}

TEST_CASE("a function that calls itself is an error") {
  auto model = model_calling(node_of("F", {"h"}, {"y"}, "my"));
  add_function(model, "F", {"a"}, {"b"}, {node_of("G", {"a"}, {"b"}, "my")});
  add_function(model, "G", {"a"}, {"b"}, {node_of("F", {"a"}, {"b"}, "my")});
  CHECK(error_of(model) == "has a function that calls itself, `my::F`, expected functions that can be inlined");
}

TEST_CASE("functions that double in size are stopped") {
  auto model = model_calling(node_of("F0", {"h"}, {"y"}, "my"));
  for (int i = 0; i < 40; ++i) {
    const std::string name = "F" + std::to_string(i);
    const std::string next = "F" + std::to_string(i + 1);
    add_function(model, name.c_str(), {"a"}, {"b"},
                 {node_of(next.c_str(), {"a"}, {"h"}, "my"), node_of(next.c_str(), {"h"}, {"b"}, "my")});
  }
  CHECK(error_of(model).find("has functions that expand to more than") == 0);
}

TEST_CASE("a chain of calls too long is stopped") {
  auto model = model_calling(node_of("F0", {"h"}, {"y"}, "my"));
  for (int i = 0; i < 2000; ++i) {
    const std::string name = "F" + std::to_string(i);
    const std::string next = "F" + std::to_string(i + 1);
    add_function(model, name.c_str(), {"a"}, {"b"}, {node_of(next.c_str(), {"a"}, {"b"}, "my")});
  }
  CHECK(error_of(model) == "calls functions more than 1000 deep, expected fewer");
}

}  // namespace
}  // namespace graphwitness
