#include "exec/compare/outputs.h"

#include <doctest/doctest.h>

#include <string>
#include <utility>

#include "exec/number_elements.h"

namespace graphwitness::exec {
namespace {

Value scalar(double number, DType dtype = DType::f32) {
  return Value::of(Tensor{.dtype = dtype, .sizes = {}, .bytes = element_bytes(Value::of(number), dtype)});
}

SampleResult nested(Value output) { return {.output = std::move(output)}; }

SampleResult flat(std::vector<std::string> names, std::vector<Value> outputs) {
  SampleResult result{.output = Value::tuple(std::move(outputs))};
  result.names = std::move(names);
  return result;
}

std::string differences(const SampleResult& reference, const SampleResult& candidate) {
  std::string text;
  for (const Leaf& leaf : compare_outputs(reference, candidate, {})) {
    text +=
        leaf.name + ":" + (leaf.difference == Difference::none ? "same" : std::string(name_of(leaf.difference))) + " ";
  }
  return text;
}

}  // namespace

TEST_CASE("one output is one output, with whatever name") {
  CHECK(differences(nested(scalar(1)), flat({"logits"}, {scalar(1)})) == "0:same ");
  CHECK(differences(flat({"logits"}, {scalar(1)}), nested(scalar(2))) == "logits:value ");
}

TEST_CASE("nested outputs are laid flat as exporting does, without None") {
  const Value deep = Value::tuple(
      {scalar(1), Value::tuple({Value{}, scalar(2)}), Value::dict({Value::of(std::string("k")), scalar(3)})});
  CHECK(differences(nested(deep), flat({"a", "b", "c"}, {scalar(1), scalar(2), scalar(3)})) ==
        "0:same 1.1:same 2.k:same ");
  CHECK(differences(flat({"a", "b", "c"}, {scalar(1), scalar(2), scalar(4)}), nested(deep)) ==
        "a:same b:same c:value ");
}

TEST_CASE("a list is a sequence where there is one, and flat where there is none") {
  const Value list = Value::list({scalar(1), scalar(2)});
  CHECK(differences(nested(list), flat({"s"}, {list})) == "0:same 1:same ");
  CHECK(differences(nested(list), flat({"a", "b"}, {scalar(1), scalar(2)})) == "0:same 1:same ");
}

TEST_CASE("the same names in another order are the same outputs; other names go by position") {
  CHECK(differences(flat({"a", "b"}, {scalar(1), scalar(2)}), flat({"b", "a"}, {scalar(2), scalar(1)})) ==
        "a:same b:same ");
  CHECK(differences(flat({"a", "b"}, {scalar(1), scalar(2)}), flat({"x", "y"}, {scalar(2), scalar(1)})) ==
        "a:value b:value ");
  const Value dict = Value::dict({Value::of(std::string("b")), scalar(2), Value::of(std::string("a")), scalar(1)});
  CHECK(differences(flat({"a", "b"}, {scalar(1), scalar(2)}), nested(dict)) == "a:same b:same ");
}

TEST_CASE("a number of Python is a tensor of one element") {
  CHECK(differences(nested(Value::of(std::int64_t{3})), flat({"n"}, {scalar(3)})) == "0:same ");
  CHECK(differences(nested(Value::of(0.5)), flat({"n"}, {scalar(0.25)})) == "0:value ");
}

TEST_CASE("another number of outputs is a difference in structure") {
  const std::vector<Leaf> leaves =
      compare_outputs(nested(Value::tuple({scalar(1), scalar(2)})), flat({"a"}, {scalar(1)}), {});
  REQUIRE(leaves.size() == 1);
  CHECK(leaves[0].difference == Difference::structure);
  CHECK(leaves[0].reference == "2 outputs");
  CHECK(leaves[0].candidate == "1 output");
}

}  // namespace graphwitness::exec
