#include "exec/carrier.h"

#include <doctest/doctest.h>

#include <string>
#include <utility>

#include "graphwitness/support/error.h"

namespace graphwitness::exec {
namespace {

Value bytes(std::string content) {
  const auto size = static_cast<std::int64_t>(content.size());
  return Value::of(Tensor{.dtype = DType::u8, .sizes = {1, size}, .bytes = std::move(content)});
}

SampleResult named(std::vector<std::string> names, std::vector<Value> outputs) {
  SampleResult result{.output = Value::tuple(std::move(outputs))};
  result.names = std::move(names);
  return result;
}

}  // namespace

TEST_CASE("a carried output is the next call's input and no output any more") {
  RunRequest request;
  request.carried = {{"next", "state"}};
  Carrier carrier(request, {"x", "state"});
  SampleResult result = named({"y", "next"}, {Value::of(1.0), Value::of(2.0)});
  carrier.take(result);
  CHECK(result.names == std::vector<std::string>{"y"});
  CHECK(result.output.items.size() == 1);
  const std::vector<Argument> next = carrier.with_state({{"x", Value::of(0.0)}, {"state", Value::of(9.0)}});
  REQUIRE(next.size() == 2);
  CHECK(next[0].name == "state");
  CHECK(next[0].value.real == 2.0);
}

TEST_CASE("of a tuple without names the position is carried, and one output that is left stands alone") {
  RunRequest request;
  request.carried = {{"1", "state"}};
  Carrier carrier(request, {"x", "state"});
  SampleResult result{.output = Value::tuple({Value::of(1.0), Value::of(2.0)})};
  carrier.take(result);
  CHECK(result.output.real == 1.0);
}

TEST_CASE("a model that keeps its state by itself gets no state") {
  RunRequest request;
  request.carried = {{"next", "state"}};
  Carrier carrier(request, {"x"});
  CHECK(carrier.with_state({{"x", Value::of(0.0)}, {"state", Value::of(9.0)}}).size() == 1);
  SampleResult result{.output = Value::of(1.0)};
  carrier.take(result);
  CHECK(result.output.real == 1.0);
}

TEST_CASE("an output that is not there is an error that names those there are") {
  RunRequest request;
  request.carried = {{"nothing", "state"}};
  Carrier carrier(request, {"state"});
  SampleResult result = named({"y"}, {Value::of(1.0)});
  CHECK_THROWS_WITH_AS(carrier.take(result), doctest::Contains("no output `nothing`"), InputError);
}

TEST_CASE("context stands in front of the input, zeros at first") {
  RunRequest request;
  request.contexts = {{"x", 2}};
  Carrier carrier(request, {"x"});
  const Value first = carrier.extended("x", bytes("abc"));
  CHECK(first.tensor.bytes == std::string("\0\0abc", 5));
  CHECK(first.tensor.sizes == std::vector<std::int64_t>{1, 5});
  CHECK(carrier.extended("x", bytes("d")).tensor.bytes == "bcd");
  CHECK(carrier.extended("x", bytes("e")).tensor.bytes == "cde");
  CHECK(carrier.extended("other", bytes("e")).tensor.bytes == "e");
  CHECK_THROWS_AS(carrier.extended("x", Value::of(1.0)), InputError);
}

}  // namespace graphwitness::exec
