#include <doctest/doctest.h>

#include <cstring>
#include <vector>

#include "frontends/onnx/models.h"
#include "frontends/onnx/read_onnx.h"
#include "graphwitness/ir/text.h"

namespace graphwitness {
namespace {

using T = onnx::TensorProto;

onnx::ModelProto model_with(const T& tensor) {
  auto model = model_of("net (float[4] x) => (float[4] y) { y = Add(x, w) }");
  *model.mutable_graph()->add_initializer() = tensor;
  return model;
}

T tensor_of(int type, std::vector<std::int64_t> dims) {
  T tensor;
  tensor.set_name("w");
  tensor.set_data_type(type);
  for (const std::int64_t dim : dims) tensor.add_dims(dim);
  return tensor;
}

/// The tensor as the IR's text declares it, and the problem that was met.
std::string shown(const onnx::ModelProto& model) {
  const Graph graph = read(model);
  const std::string text = print(graph, {.comments = false});
  const std::size_t start = text.find("tensor 0");
  REQUIRE(start != std::string::npos);
  const std::string line = text.substr(start, text.find('\n', start) - start);
  CHECK(print(read_ir(text).graph, {.comments = false}) == text);
  const std::string problem(graph.property("problem"));
  return problem.empty() ? line : line + "; " + problem;
}

std::string shown(const T& tensor) { return shown(model_with(tensor)); }

TEST_CASE("an initializer is a constant, its data inline when it is small") {
  T tensor = tensor_of(T::FLOAT, {2});
  tensor.add_float_data(1.5F);
  tensor.add_float_data(-2.0F);
  const Graph graph = read(model_with(tensor));
  const ValueId w = graph[graph[NodeId{0}].operands][1];
  CHECK(graph[w].def == Value::Def::constant);
  CHECK(print_type(graph, graph[w].type) == "tensor<f32, 2>");
  CHECK(shown(tensor) == "tensor 0 \"w\" tensor<f32, 2> {1.5, -2.0}");
}

TEST_CASE("every field that may hold elements") {
  T raw = tensor_of(T::INT16, {2});
  raw.set_raw_data(std::string("\x01\x00\xff\xff", 4));
  CHECK(shown(raw) == "tensor 0 \"w\" tensor<i16, 2> {1, -1}");

  T flags = tensor_of(T::BOOL, {2});
  flags.add_int32_data(1);
  flags.add_int32_data(0);
  CHECK(shown(flags) == "tensor 0 \"w\" tensor<bool, 2> {true, false}");

  T bytes = tensor_of(T::INT8, {2});
  bytes.add_int32_data(-1);
  bytes.add_int32_data(7);
  CHECK(shown(bytes) == "tensor 0 \"w\" tensor<i8, 2> {-1, 7}");

  T half = tensor_of(T::FLOAT16, {1});
  half.add_int32_data(0x3C00);
  const Graph graph = read(model_with(half));
  const auto data = graph[graph[TensorId{0}].data];
  REQUIRE(data.size() == 2);
  CHECK(std::memcmp(data.data(), "\x00\x3c", 2) == 0);

  T wide = tensor_of(T::INT64, {2});
  wide.add_int64_data(-5);
  wide.add_int64_data(INT64_MAX);
  CHECK(shown(wide) == "tensor 0 \"w\" tensor<i64, 2> {-5, 9223372036854775807}");

  T small = tensor_of(T::UINT32, {1});
  small.add_uint64_data(4000000000);
  CHECK(shown(small) == "tensor 0 \"w\" tensor<u32, 1> {4000000000}");

  T big = tensor_of(T::UINT64, {1});
  big.add_uint64_data(UINT64_MAX);
  CHECK(shown(big) == "tensor 0 \"w\" tensor<u64, 1> x\"ffffffffffffffff\"");

  T exact = tensor_of(T::DOUBLE, {1});
  exact.add_double_data(0.25);
  CHECK(shown(exact) == "tensor 0 \"w\" tensor<f64, 1> {0.25}");

  T complex = tensor_of(T::COMPLEX64, {1});
  complex.add_float_data(1.0F);
  complex.add_float_data(2.0F);
  CHECK(read(model_with(complex)).property("problem").empty());

  T texts = tensor_of(T::STRING, {2});
  texts.add_string_data("a");
  texts.add_string_data(std::string("\0\xff", 2));
  CHECK(shown(texts) == "tensor 0 \"w\" tensor<str, 2> x\"01000000610200000000ff\"");

  T nibbles = tensor_of(22, {3});  // int4, younger than onnx 1.12
  nibbles.set_raw_data("\x21\x03");
  CHECK(read(model_with(nibbles)).property("problem").empty());
}

TEST_CASE("an empty tensor and a scalar") {
  CHECK(shown(tensor_of(T::FLOAT, {0, 7})) == "tensor 0 \"w\" tensor<f32, 0, 7> {}");
  T scalar = tensor_of(T::INT64, {});
  scalar.add_int64_data(3);
  CHECK(shown(scalar) == "tensor 0 \"w\" tensor<i64> {3}");
}

/// The bytes that a Tensor refers to, read back from the file.
template <class Fill>
void check_reference(int type, std::int64_t count, std::uint64_t length, Fill fill) {
  T tensor = tensor_of(type, {count});
  fill(tensor);
  const std::string bytes = model_with(tensor).SerializeAsString();
  const TemporaryFile file(bytes);
  const Graph graph = read_onnx(file.path());
  const Tensor& read = graph[TensorId{0}];
  CHECK(graph[read.file] == file.path());
  CHECK(read.length == length);
  CHECK(graph[read.data].empty());
  CHECK(graph.property("problem").empty());
  REQUIRE(read.offset + read.length <= bytes.size());
  for (std::uint64_t i = 0; i < 3; ++i) {
    const std::uint64_t width = length / static_cast<std::uint64_t>(count);
    double value = 0;
    if (width == 4) {
      float narrow = 0;
      std::memcpy(&narrow, bytes.data() + read.offset + i * width, width);
      value = narrow;
    } else {
      std::memcpy(&value, bytes.data() + read.offset + i * width, width);
    }
    CHECK(value == static_cast<double>(i));
  }
}

TEST_CASE("large data stays in the file, by offset and length") {
  check_reference(T::FLOAT, 200, 800, [](T& tensor) {
    std::vector<float> data(200);
    for (std::size_t i = 0; i < data.size(); ++i) data[i] = static_cast<float>(i);
    tensor.set_raw_data(data.data(), data.size() * sizeof(float));
  });
  check_reference(T::FLOAT, 200, 800, [](T& tensor) {
    for (int i = 0; i < 200; ++i) tensor.add_float_data(static_cast<float>(i));
  });
  check_reference(T::DOUBLE, 200, 1600, [](T& tensor) {
    for (int i = 0; i < 200; ++i) tensor.add_double_data(i);
  });
}

TEST_CASE("large data in fields of varying width is absent, with its length in the file") {
  T tensor = tensor_of(T::INT64, {1000});
  for (int i = 0; i < 1000; ++i) tensor.add_int64_data(1);
  const Graph graph = read(model_with(tensor));
  const Tensor& read = graph[TensorId{0}];
  CHECK(!read.file);
  CHECK(read.length == 1000);
  CHECK(graph[read.data].empty());
}

TEST_CASE("tensors of attributes and of subgraphs are cut too") {
  auto model = model_of(
      "net (bool c, float[4] x) => (float[4] y) {"
      "  y = If (c) <then_branch = t () => (float[4] a) { a = Constant() },"
      "              else_branch = e () => (float[4] b) { b = Neg(x) }> }");
  auto& arm = *model.mutable_graph()->mutable_node(0)->mutable_attribute(0)->mutable_g();
  auto& attribute = *arm.mutable_node(0)->add_attribute();
  attribute.set_name("value");
  attribute.set_type(onnx::AttributeProto::TENSOR);
  *attribute.mutable_t() = tensor_of(T::UINT8, {4096});
  attribute.mutable_t()->set_raw_data(std::string(4096, '\x07'));
  const std::string bytes = model.SerializeAsString();
  const TemporaryFile file(bytes);
  const Graph graph = read_onnx(file.path());
  const Tensor& tensor = graph[TensorId{0}];
  CHECK(tensor.length == 4096);
  CHECK(bytes.substr(tensor.offset, tensor.length) == std::string(4096, '\x07'));
}

TEST_CASE("data of the wrong length is never read past its end") {
  T few = tensor_of(T::FLOAT, {4});
  few.add_float_data(1.0F);
  CHECK(shown(few).find("; tensor `w` holds 4 bytes of data, its shape needs 16") != std::string::npos);
  const Graph graph = read(model_with(few));
  CHECK(graph[graph[TensorId{0}].data].empty());

  T large = tensor_of(T::FLOAT, {4});
  large.set_raw_data(std::string(1000, 'x'));
  CHECK(shown(large).find("; tensor `w` holds 1000 bytes of data, its shape needs 16") != std::string::npos);
}

TEST_CASE("a shape of a billion elements without data costs nothing") {
  const Graph graph = read(model_with(tensor_of(T::FLOAT, {1000, 1000, 1000})));
  CHECK(graph.property("problem") == "tensor `w` holds 0 bytes of data, its shape needs 4000000000");
  CHECK(graph[graph[TensorId{0}].data].empty());
  const Graph overflow = read(model_with(tensor_of(T::FLOAT, {INT64_MAX, INT64_MAX})));
  CHECK(overflow[overflow[TensorId{0}].data].empty());
}

TEST_CASE("negative dimensions and unknown element types are problems, not errors") {
  CHECK(read(model_with(tensor_of(T::FLOAT, {-3}))).property("problem") == "tensor `w` has the negative dimension -3");
  CHECK(read(model_with(tensor_of(99, {1}))).property("problem") == "tensor `w` has the unknown element type 99");
}

TEST_CASE("only the first hundred problems are kept, and the rest counted") {
  auto model = model_of("net (float[4] x) => (float[4] y) { y = Relu(x) }");
  for (int i = 0; i < 250; ++i) *model.mutable_graph()->add_initializer() = tensor_of(99, {1});
  const Graph graph = read(model);
  std::size_t count = 0;
  std::string last;
  for (const Property& property : graph.properties()) {
    if (graph[property.key] != "problem") continue;
    ++count;
    last = graph[property.value];
  }
  CHECK(count == 101);
  CHECK(last == "150 more problems of this kind");
}

T external(std::initializer_list<std::pair<const char*, const char*>> entries) {
  T tensor = tensor_of(T::FLOAT, {4});
  tensor.set_data_location(T::EXTERNAL);
  for (const auto& [key, value] : entries) {
    auto* entry = tensor.add_external_data();
    entry->set_key(key);
    entry->set_value(value);
  }
  return tensor;
}

TEST_CASE("external data is named, not opened") {
  const Graph graph = read(model_with(external({{"location", "w.bin"}, {"offset", "4096"}, {"length", "16"}})));
  const Tensor& tensor = graph[TensorId{0}];
  CHECK(graph[tensor.file] == "/tmp/w.bin");
  CHECK(tensor.offset == 4096);
  CHECK(tensor.length == 16);
  CHECK(graph.property("external_data") == "w.bin");
  CHECK(graph.property("problem").empty());

  const Graph unsaid = read(model_with(external({{"location", "w.bin"}})));
  CHECK(unsaid[TensorId{0}].length == 16);  // as its shape says
}

TEST_CASE("external data that leaves the folder is kept as written") {
  for (const char* location : {"../secret", "down/../../secret", "/etc/hostname"}) {
    const Graph graph = read(model_with(external({{"location", location}})));
    CHECK(graph.property("external_data") == location);
    const std::string expected = location[0] == '/' ? location : std::string("/tmp/") + location;
    CHECK(graph[graph[TensorId{0}].file] == expected);
  }
}

TEST_CASE("external data without a place is a problem") {
  CHECK(shown(external({{"offset", "0"}})).find("external data of tensor `w` names no file") != std::string::npos);
  for (const char* offset : {"-8", "1e3", "", "99999999999999999999999"}) {
    CAPTURE(offset);
    const Graph graph = read(model_with(external({{"location", "w.bin"}, {"offset", offset}})));
    CHECK(graph.property("problem") ==
          "external data of tensor `w` has the offset `" + std::string(offset) + "`, expected a number of bytes");
    CHECK(!graph[TensorId{0}].file);
    CHECK(graph.property("external_data") == "w.bin");
  }
}

TEST_CASE("an initializer that is also an input is a constant that callers may override") {
  T tensor = tensor_of(T::FLOAT, {4});
  for (int i = 0; i < 4; ++i) tensor.add_float_data(0);
  auto model = model_with(tensor);
  *model.mutable_graph()->add_input() = model.graph().input(0);
  model.mutable_graph()->mutable_input(1)->set_name("w");
  const Graph graph = read(model);
  CHECK(graph[graph[BlockId{0}].params].size() == 1);
  CHECK(graph[graph[graph[NodeId{0}].operands][1]].def == Value::Def::constant);
  CHECK(graph.property("overridable_initializer") == "w");
  model.set_ir_version(3);  // every initializer had to be an input
  CHECK(read(model).property("overridable_initializer").empty());
}

TEST_CASE("a sparse initializer is a constant of its dense type") {
  auto model = model_of("net (float[4] x) => (float[4] y) { y = Add(x, w) }");
  auto& sparse = *model.mutable_graph()->add_sparse_initializer();
  *sparse.mutable_values() = tensor_of(T::FLOAT, {1});
  sparse.mutable_values()->add_float_data(1);
  sparse.add_dims(4);
  const Graph graph = read(model);
  const ValueId w = graph[graph[NodeId{0}].operands][1];
  CHECK(graph[w].def == Value::Def::constant);
  CHECK(print_type(graph, graph[w].type) == "tensor<f32, 4>");
  CHECK(graph.property("sparse_initializer") == "w");
}

TEST_CASE("a file cannot bring the mark of cut data along") {
  T tensor = tensor_of(T::FLOAT, {4});
  std::string bytes = tensor.SerializeAsString();
  bytes += "\xfa\xe1\x09\x18" + std::string(24, '\0');  // field 19999, 24 bytes
  REQUIRE(tensor.ParseFromString(bytes));
  const Graph graph = read(model_with(tensor));
  CHECK(!graph[TensorId{0}].file);
}

}  // namespace
}  // namespace graphwitness
