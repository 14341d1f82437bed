#include "frontends/onnx/locations.h"

#include <doctest/doctest.h>

#include "frontends/onnx/models.h"

namespace graphwitness {
namespace {

TEST_CASE("the stack that tracing leaves, innermost first") {
  const auto frames = parse_source_frames(
      "/usr/lib/torch/nn/modules/conv.py(459): _conv_forward\n"
      "/home/me/a (2).py(7): forward\n"
      "train.py(14): <module>\n");
  REQUIRE(frames.size() == 3);
  CHECK(frames[0].file == "/usr/lib/torch/nn/modules/conv.py");
  CHECK(frames[0].line == 459);
  CHECK(frames[0].function == "_conv_forward");
  CHECK(frames[1].file == "/home/me/a (2).py");
  CHECK(frames[2].function == "<module>");
}

TEST_CASE("the marked snippet that scripting leaves") {
  const auto frames = parse_source_frames(
      "  File \"my model.py\", line 12\n"
      "    def forward(self, x):\n"
      "        if x.sum() > 0: return x + 1\n"
      "           ~~~~~~~~~ <--- HERE\n"
      "        else: return x - 1\n");
  REQUIRE(frames.size() == 1);
  CHECK(frames[0].file == "my model.py");
  CHECK(frames[0].line == 12);
  CHECK(frames[0].column == 12);
  CHECK(frames[0].end_column == 21);
}

TEST_CASE("marks over several lines give the first column only") {
  const auto frames = parse_source_frames(
      "  File \"m.py\", line 12\n"
      "        if a:\n"
      "        ~~~~~\n"
      "          return b\n"
      "          ~~~~~~~~ <--- HERE\n");
  REQUIRE(frames.size() == 1);
  CHECK(frames[0].column == 9);
  CHECK(frames[0].end_column == 0);
}

TEST_CASE("a Python traceback, outermost first") {
  const auto frames = parse_source_frames(
      "  File \"/a/train.py\", line 30, in main\n"
      "    model(x)\n"
      "  File \"/a/net.py\", line 7, in forward\n"
      "    return self.conv(x)\n");
  REQUIRE(frames.size() == 2);
  CHECK(frames[0].file == "/a/net.py");
  CHECK(frames[0].function == "forward");
  CHECK(frames[1].file == "/a/train.py");
}

TEST_CASE("the comment form") {
  const auto frames = parse_source_frames("# /a/net.py:12:0");
  REQUIRE(frames.size() == 1);
  CHECK(frames[0].file == "/a/net.py");
  CHECK(frames[0].line == 12);
  CHECK(frames[0].column == 1);
}

TEST_CASE("prose is no position") {
  for (const char* text : {"", "\n\n", "scales the input (2): by half", "as in f(2): by half", "see File \"x\", line z",
                           "# a: b: c", "# ", "(3): f", "File \"", "f(99999999999): g", "~~~~", "): "}) {
    CAPTURE(text);
    CHECK(parse_source_frames(text).empty());
  }
}

TEST_CASE("module paths from node names") {
  CHECK(module_path_of_name("/layer1/layer1.0/conv1/Conv").path == "layer1.0.conv1");
  CHECK(module_path_of_name("/blocks.0/attn/MatMul_1").path == "blocks.0.attn");
  CHECK(module_path_of_name("/seq/seq.1/seq.1.0/Relu").path == "seq.1.0");
  CHECK(module_path_of_name("/Add").known);
  CHECK(module_path_of_name("/Add").path.empty());
  for (const char* name : {"", "/", "Conv_12", "model/conv1/Conv2D", "//Conv", "/a//Conv", "/a/"}) {
    CAPTURE(name);
    CHECK(!module_path_of_name(name).known);
  }
}

TEST_CASE("module paths from metadata") {
  CHECK(module_path_of_scopes("['', 'layer1', 'layer1.0', 'conv2d']").path == "layer1.0");
  CHECK(module_path_of_scopes("['', 'add']").known);
  CHECK(!module_path_of_scopes("").known);
  CHECK(!module_path_of_scopes("['only']").known);
}

TEST_CASE("positions reach the nodes") {
  auto model = model_of("net (float[4] x) => (float[4] y) { a = Relu(x)  b = Relu(a)  c = Relu(b)  y = Relu(c) }");
  auto& nodes = *model.mutable_graph()->mutable_node();
  nodes[0].set_doc_string("inner.py(3): f\nouter.py(9): g\n");
  nodes[0].set_name("/enc/enc.0/Relu");
  nodes[1].set_name("/enc/enc.0/Relu_1");
  nodes[2].set_name("Relu_2");
  // Node metadata, field 9, is younger than onnx 1.12.
  onnx::StringStringEntryProto entry;
  entry.set_key("pkg.torch.onnx.stack_trace");
  entry.set_value("File \"new.py\", line 5, in forward\n");
  const auto append_unknown = [](onnx::NodeProto& node, const std::string& bytes) {
    std::string whole = node.SerializeAsString();
    whole += static_cast<char>(9 << 3 | 2);
    whole += static_cast<char>(bytes.size());
    whole += bytes;
    REQUIRE(node.ParseFromString(whole));
  };
  append_unknown(nodes[3], entry.SerializeAsString());
  const Graph graph = read(model);

  const Location& inner = graph[graph[NodeId{0}].loc];
  CHECK(graph[inner.file] == "inner.py");
  CHECK(inner.line == 3);
  CHECK(graph[inner.function] == "f");
  CHECK(graph[inner.scope] == "enc.0");
  REQUIRE(inner.caller);
  CHECK(graph[graph[inner.caller].file] == "outer.py");
  CHECK(!graph[inner.caller].caller);

  const Location& scope_only = graph[graph[NodeId{1}].loc];
  CHECK(!scope_only.file);
  CHECK(graph[scope_only.scope] == "enc.0");
  CHECK(!graph[NodeId{2}].loc);
  CHECK(graph[graph[graph[NodeId{3}].loc].file] == "new.py");
}

}  // namespace
}  // namespace graphwitness
