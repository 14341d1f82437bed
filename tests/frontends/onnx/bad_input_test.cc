#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "frontends/onnx/models.h"
#include "frontends/onnx/read_onnx.h"
#include "graphwitness/ir/text.h"
#include "graphwitness/support/error.h"

namespace graphwitness {
namespace {

/// What stands before a length-delimited field's body: the length takes as few bytes as possible.
std::string field_head(int number, std::size_t length) {
  std::string bytes(1, static_cast<char>(number << 3 | 2));
  for (; length >= 0x80; length >>= 7) bytes += static_cast<char>(length | 0x80);
  return bytes + static_cast<char>(length);
}

std::string field(int number, const std::string& body) { return field_head(number, body.size()) + body; }

std::string read_file(const std::string& path) {
  std::ostringstream content;
  content << std::ifstream(path, std::ios::binary).rdbuf();
  return content.str();
}

TEST_CASE("what is not an ONNX model is named for what it is") {
  CHECK(error_of("") == "is empty, expected a serialized ONNX model");
  CHECK(error_of("This is a text file.\n").find("is text, expected a serialized ONNX model") == 0);
  CHECK(error_of("<ir_version: 7>\nnet (float x) => (float y) {}").find("is text, expected") == 0);
  CHECK(error_of("ir_version: 7\nproducer_name: \"a\"\n").find("is text, expected") == 0);
  CHECK(error_of("PK\x03\x04rest").find("is a zip archive") == 0);
  CHECK(error_of("version https://git-lfs.github.com/spec/v1\noid sha256:0\n").find("is a Git LFS pointer") == 0);
  CHECK(error_of(std::string("\x1c\0\0\0ORTM\0\0\0\0", 12)).find("is an ONNX Runtime flatbuffer") == 0);
  onnx::ModelProto no_graph;
  no_graph.set_ir_version(7);
  CHECK(error_of(no_graph).find("is a protobuf message without a graph, expected") == 0);
  onnx::TensorProto tensor;
  tensor.add_dims(2);
  tensor.set_data_type(1);
  tensor.set_raw_data("12345678");
  CHECK(error_of(tensor.SerializeAsString()) != "");
}

TEST_CASE("a model whose producer is called ORTM is no flatbuffer") {
  auto model = model_of("net (float[4] x) => (float[4] y) { y = Relu(x) }");
  model.set_producer_name("ORTM");
  CHECK(model.SerializeAsString().substr(4, 4) == "ORTM");
  CHECK(error_of(model).empty());
}

TEST_CASE("files that cannot be opened") {
  CHECK_THROWS_WITH_AS(read_onnx("/nowhere/model.onnx"), "cannot open `/nowhere/model.onnx`: No such file or directory",
                       InputError);
  CHECK_THROWS_WITH_AS(read_onnx("/tmp"), "`/tmp` is not a regular file, expected an ONNX model", InputError);
  const TemporaryFile name("");
  const std::string pipe = name.path() + ".pipe";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  CHECK_THROWS_AS(read_onnx(pipe), InputError);  // and does not wait for a writer
  ::unlink(pipe.c_str());
}

onnx::ModelProto rich_model() {
  auto model = model_of(
      "net (bool c, float[N, 4] x) => (float[N, 4] y) {"
      "  y = If (c) <then_branch = t () => (float[N, 4] a) { a = F(x, w) },"
      "              else_branch = e () => (float[N, 4] b) { b = Neg(x) }> }");
  auto& tensor = *model.mutable_graph()->add_initializer();
  tensor.set_name("w");
  tensor.set_data_type(onnx::TensorProto::FLOAT);
  tensor.add_dims(200);
  tensor.set_raw_data(std::string(800, '\x01'));
  auto& type = *model.mutable_graph()->add_value_info();
  type.set_name("s");
  type.mutable_type()->mutable_sequence_type()->mutable_elem_type()->mutable_tensor_type()->set_elem_type(1);
  auto& function = *model.add_functions();
  function.set_name("F");
  function.add_input("p");
  function.add_input("q");
  function.add_output("r");
  auto& node = *function.add_node();
  node.set_op_type("Add");
  node.add_input("p");
  node.add_input("q");
  node.add_output("r");
  return model;
}

/// Whatever the bytes are, they give a graph that prints and reads back, or one line of error.
void check_survives(std::string_view bytes) {
  const TemporaryFile file(bytes);
  try {
    const std::string text = print(read_onnx(file.path()));
    if (print(read_ir(text).graph) != text) FAIL("does not read back equal");
  } catch (const InputError&) {
  }
}

TEST_CASE("every truncation is an error or a smaller model, never a crash") {
  const std::string whole = rich_model().SerializeAsString();
  REQUIRE(error_of(whole).empty());
  std::size_t errors = 0;
  for (std::size_t length = 0; length < whole.size(); ++length) {
    check_survives(std::string_view(whole).substr(0, length));
    errors += error_of(std::string_view(whole).substr(0, length)).empty() ? 0U : 1U;
  }
  CHECK(errors > whole.size() * 9 / 10);
}

TEST_CASE("random damage never crashes") {
  const std::string whole = rich_model().SerializeAsString();
  std::mt19937 random(20221);
  for (int round = 0; round < 5000; ++round) {
    std::string bytes = whole;
    for (std::uint32_t flips = 1 + random() % 8; flips > 0; --flips) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    check_survives(bytes);
  }
}

TEST_CASE("random bytes never crash") {
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    std::string bytes(random() % 200, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random() % 48);  // mostly tags and short lengths
    check_survives(bytes);
  }
}

TEST_CASE("a field that claims more than the file holds") {
  CHECK(
      error_of(std::string("\x08\x07\x3a\xff\xff\xff\xff\x0f", 8)) ==
      "ends early: found 8 bytes, expected at least 4294967295 more; the file is truncated or damaged, export or copy "
      "it again");
  CHECK(error_of("\x08\x07\x3a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01").find("ends early") == 0);
  CHECK(error_of("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01").find("is not a readable ONNX model") == 0);
}

/// `If` nodes nested `depth` deep, built from the inside out.
std::string nested_if(int depth) {
  using A = onnx::AttributeProto;
  std::string graph;
  for (int i = 0; i < depth; ++i) {
    const std::string attribute =
        field(A::kNameFieldNumber, "then_branch") + field(A::kGFieldNumber, graph) + std::string("\xa0\x01\x05");
    graph = field(onnx::GraphProto::kNodeFieldNumber,
                  field(onnx::NodeProto::kOpTypeFieldNumber, "If") + field(5, attribute));
  }
  return "\x08\x07" + field(onnx::ModelProto::kGraphFieldNumber, graph);
}

TEST_CASE("subgraphs nest as deep as anyone needs, then it is an error") {
  const Graph graph = read_bytes(nested_if(256));
  CHECK(graph.all_nodes().size() == 256);
  const std::string text = print(graph);
  CHECK(print(read_ir(text).graph) == text);
  CHECK(error_of(nested_if(257)) == "nests subgraphs more than 256 deep, expected fewer");
  CHECK(error_of(nested_if(5000)) == "nests subgraphs more than 256 deep, expected fewer");
}

std::string nested_sequence(int depth) {
  const std::string innermost = field(onnx::TypeProto::kTensorTypeFieldNumber, "\x08\x01");
  std::vector<std::string> heads;  // from the inside out: what is inside is not copied for each
  std::size_t length = innermost.size();
  for (int i = 1; i < depth; ++i) {
    const std::string element = field_head(1, length);
    heads.push_back(field_head(onnx::TypeProto::kSequenceTypeFieldNumber, element.size() + length) + element);
    length += heads.back().size();
  }
  std::string type;
  for (auto head = heads.rbegin(); head != heads.rend(); ++head) type += *head;
  type += innermost;
  const std::string info = field(1, "x") + field(onnx::ValueInfoProto::kTypeFieldNumber, type);
  return "\x08\x07" + field(onnx::ModelProto::kGraphFieldNumber, field(onnx::GraphProto::kInputFieldNumber, info));
}

TEST_CASE("types nest as deep as anyone needs, then it is an error") {
  CHECK(error_of(nested_sequence(32)).empty());
  CHECK(error_of(nested_sequence(33)) == "nests types more than 32 deep, expected fewer");
  CHECK(error_of(nested_sequence(100000)) == "nests types more than 32 deep, expected fewer");
}

TEST_CASE("groups, which could nest without end, are no part of ONNX") {
  CHECK(error_of("\x08\x07" + std::string(100000, '\x0b')).find("found wire type 3 at byte 2") != std::string::npos);
}

TEST_CASE("millions of empty entries are refused before they take memory") {
  std::string nodes;
  for (int i = 0; i < 2'000'000; ++i) nodes += std::string("\x0a\x00", 2);
  const std::string bytes = "\x08\x07" + field(onnx::ModelProto::kGraphFieldNumber, nodes);
  CHECK(error_of(bytes).find("expected at least 6 bytes for each") != std::string::npos);
}

TEST_CASE("two gigabytes of weights are not read") {
  // The head of a model up to the data of its only initializer, the rest a hole in the file.
  using T = onnx::TensorProto;
  constexpr std::uint64_t kBytes = std::uint64_t{3} << 30U;
  const auto varint = [](std::uint64_t value) {
    std::string bytes;
    for (; value >= 0x80; value >>= 7U) bytes += static_cast<char>(value | 0x80U);
    return bytes + static_cast<char>(value);
  };
  const std::string head = field(T::kNameFieldNumber, "w") + "\x10\x01" + "\x08" + varint(kBytes / 4) +
                           static_cast<char>(T::kRawDataFieldNumber << 3 | 2) + varint(kBytes);
  const std::uint64_t tensor_bytes = head.size() + kBytes;
  const std::string tensor = "\x2a" + varint(tensor_bytes) + head;
  const std::string model = "\x08\x07\x3a" + varint(tensor.size() + kBytes) + tensor;
  const TemporaryFile file(model);
  REQUIRE(::truncate(file.path().c_str(), static_cast<off_t>(model.size() + kBytes)) == 0);

  rusage before{};
  ::getrusage(RUSAGE_SELF, &before);
  const Graph graph = read_onnx(file.path());
  rusage after{};
  ::getrusage(RUSAGE_SELF, &after);
  CHECK(graph[TensorId{0}].offset == model.size());
  CHECK(graph[TensorId{0}].length == kBytes);
  CHECK(after.ru_maxrss - before.ru_maxrss < 64 * 1024);
}

TEST_CASE("the bad files of the fixtures: errors") {
  const std::string folder = GRAPHWITNESS_SOURCE_DIR "/fixtures/bad/";
  for (const char* name : {"empty", "text", "truncated", "no_graph", "ort_flatbuffer"}) {
    CAPTURE(name);
    const std::string bytes = read_file(folder + name + ".onnx");
    CHECK(!error_of(bytes).empty());
  }
}

TEST_CASE("the bad files of the fixtures: broken models that are data") {
  const std::string folder = GRAPHWITNESS_SOURCE_DIR "/fixtures/bad/";
  for (const char* name : {"cycle", "dangling_input", "defined_twice", "unsorted", "unknown_op", "unknown_domain",
                           "undeclared_domain", "no_opset", "external_missing", "external_outside", "external_absolute",
                           "external_negative", "external_no_location"}) {
    CAPTURE(name);
    const Graph graph = read_onnx(folder + name + ".onnx");
    CHECK(graph.all_nodes().size() > 0);
  }
}

}  // namespace
}  // namespace graphwitness
