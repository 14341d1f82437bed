#include "exec/inputs/onnx_data.h"

#include <doctest/doctest.h>

#include <string>

#include "exec/protobuf.h"
#include "graphwitness/support/error.h"

namespace graphwitness::exec {
namespace {

std::string floats(std::initializer_list<float> values) {
  return {reinterpret_cast<const char*>(values.begin()), values.size() * sizeof(float)};
}

Value pair_of_floats() { return Value::of(Tensor{.dtype = DType::f32, .sizes = {2}, .bytes = floats({1.5F, -2})}); }

}  // namespace

TEST_CASE("what is written is read again: tensors, numbers, lists, None") {
  const OnnxValue tensor = read_onnx_value(write_onnx_value("x", pair_of_floats()), OnnxForm::tensor);
  CHECK(tensor.name == "x");
  CHECK(tensor.value.tensor == pair_of_floats().tensor);
  const OnnxValue number = read_onnx_value(write_onnx_value("n", Value::of(std::int64_t{-3})), OnnxForm::tensor);
  CHECK(describe(number.value) == "int64[]");
  const std::string list = write_onnx_value("l", Value::list({pair_of_floats(), pair_of_floats()}));
  CHECK(describe(read_onnx_value(list, OnnxForm::sequence).value) == "a list of 2");
  CHECK(describe(read_onnx_value(list, OnnxForm::unknown).value) == "a list of 2");
  CHECK(read_onnx_value(write_onnx_value("o", Value{}), OnnxForm::optional_tensor).value.kind == Value::Kind::none);
  const Tensor words{.dtype = DType::string, .sizes = {2}, .bytes = {}, .strings = {"a", ""}};
  CHECK(read_onnx_value(write_onnx_value("s", Value::of(words)), OnnxForm::tensor).value.tensor == words);
}

TEST_CASE("numbers in fields of their own kind, packed and not") {
  const std::string packed = ProtobufWriter().bytes(1, "\x02").number(2, 6).bytes(5, std::string("\x01\x02", 2)).str();
  CHECK(read_onnx_value(packed, OnnxForm::tensor).value.tensor.bytes == std::string("\1\0\0\0\2\0\0\0", 8));
  const std::string plain = ProtobufWriter().number(1, 2).number(2, 7).number(7, 1).number(7, 2).str();
  CHECK(read_onnx_value(plain, OnnxForm::tensor).value.tensor.bytes.size() == 16);
}

TEST_CASE("an optional holds a tensor, a list or nothing") {
  const std::string inner = write_onnx_value("", pair_of_floats());
  const std::string optional = ProtobufWriter().bytes(1, "o").number(2, 1).bytes(3, inner).str();
  CHECK(describe(read_onnx_value(optional, OnnxForm::optional_tensor).value) == "float32[2]");
  const std::string list = write_onnx_value("", Value::list({pair_of_floats()}));
  const std::string of_list = ProtobufWriter().bytes(1, "o").number(2, 3).bytes(5, list).str();
  CHECK(describe(read_onnx_value(of_list, OnnxForm::optional_sequence).value) == "a list of 1");
}

TEST_CASE("damaged files are errors") {
  const auto fails = [](const std::string& bytes, OnnxForm form) {
    CHECK_THROWS_AS(read_onnx_value(bytes, form), InputError);
  };
  const std::string whole = write_onnx_value("x", pair_of_floats());
  for (std::size_t size = 1; size < whole.size(); ++size) fails(whole.substr(0, size), OnnxForm::tensor);
  fails(ProtobufWriter().number(1, std::uint64_t{1} << 40U).number(2, 1).bytes(9, "x").str(), OnnxForm::tensor);
  fails(ProtobufWriter().number(1, ~std::uint64_t{0}).number(2, 1).str(), OnnxForm::tensor);
  fails(ProtobufWriter().number(2, 99).str(), OnnxForm::tensor);
  fails(ProtobufWriter().number(2, 1).number(14, 1).str(), OnnxForm::tensor);  // data in another file
  fails("\x0F", OnnxForm::sequence);
  std::string deep = whole;
  for (int i = 0; i < 1000; ++i) deep = ProtobufWriter().bytes(5, deep).str();
  fails(deep, OnnxForm::sequence);
}

TEST_CASE("what ONNX cannot hold is an error") {
  CHECK_THROWS_AS(write_onnx_value("d", Value::dict({})), InputError);
  CHECK_THROWS_AS(write_onnx_value("c", Value::of(Tensor{.dtype = DType::c32, .sizes = {0}})), InputError);
}

}  // namespace graphwitness::exec
