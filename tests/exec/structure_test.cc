#include "exec/compare/structure.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "exec/compare/aggregate.h"
#include "exec/values.h"

namespace graphwitness::exec {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

std::vector<Leaf> compared(const Value& reference, const Value& candidate) {
  return compare_values(reference, candidate, {});
}

Leaf only(const Value& reference, const Value& candidate) {
  const std::vector<Leaf> leaves = compared(reference, candidate);
  REQUIRE(leaves.size() == 1);
  return leaves[0];
}

Difference difference(const Value& reference, const Value& candidate) { return only(reference, candidate).difference; }

}  // namespace

TEST_CASE("numbers within the tolerance of their dtype agree") {
  CHECK(difference(floats({1, 2}), floats({1, 2})) == Difference::none);
  CHECK(difference(floats({100}), floats({100.0001F})) == Difference::none);
  CHECK(difference(floats({100}), floats({100.001F})) == Difference::value);
  CHECK(difference(floats({0}), floats({9e-6F})) == Difference::none);
  CHECK(difference(floats({0}), floats({2e-5F})) == Difference::value);
  const auto doubles = [](double x) { return tensor_of<double>(DType::f64, {1}, {x}); };
  CHECK(difference(doubles(100), doubles(100.0001)) == Difference::value);
  CHECK(difference(doubles(0), doubles(0.9e-7)) == Difference::none);
  const auto halves = [](std::uint16_t x) { return tensor_of<std::uint16_t>(DType::f16, {1}, {x}); };
  CHECK(difference(halves(0x3C00), halves(0x3C01)) == Difference::none);   // 1 and 1.00098
  CHECK(difference(halves(0x3C00), halves(0x3C02)) == Difference::value);  // 1 and 1.00195
}

TEST_CASE("chosen tolerances hold for floats only") {
  const ChosenTolerance loose{.relative = 0, .absolute = 1};
  CHECK(compare_values(floats({1}), floats({1.5F}), loose)[0].difference == Difference::none);
  const auto whole = [](std::int64_t x) { return tensor_of<std::int64_t>(DType::i64, {1}, {x}); };
  CHECK(compare_values(whole(1), whole(2), loose)[0].difference == Difference::value);
  CHECK(compare_values(floats({1}), floats({1.0000001F}), {.relative = 0, .absolute = 0})[0].difference ==
        Difference::value);
}

TEST_CASE("integers are exact where doubles no longer are") {
  const auto whole = [](std::int64_t x) { return tensor_of<std::int64_t>(DType::i64, {1}, {x}); };
  CHECK(difference(whole(std::int64_t{1} << 60U), whole((std::int64_t{1} << 60U) + 1)) == Difference::value);
  CHECK(difference(integer(std::int64_t{1} << 60U), integer((std::int64_t{1} << 60U) + 1)) == Difference::value);
}

TEST_CASE("NaN agrees with NaN at the same place, infinities with their own sign") {
  CHECK(difference(floats({kNan, kInfinity}), floats({kNan, kInfinity})) == Difference::none);
  CHECK(difference(floats({kNan, 1}), floats({1, kNan})) == Difference::value);
  CHECK(difference(floats({kInfinity}), floats({-kInfinity})) == Difference::value);
  CHECK(difference(floats({kInfinity}), floats({3e38F})) == Difference::value);
  const Leaf leaf = only(floats({kNan, 1, 4}), floats({2, 1, 2}));
  CHECK(leaf.elements.mismatched == 2);
  CHECK(leaf.elements.total == 3);
  CHECK(leaf.elements.max_abs == 2);  // over finite elements
  CHECK(leaf.elements.max_rel == 0.5);
}

TEST_CASE("shape, dtype and kind are told apart") {
  const Leaf shape = only(tensor_of<float>(DType::f32, {1, 2}, {1, 2}), floats({1, 2}));
  CHECK(shape.difference == Difference::shape);
  CHECK(shape.reference == "float32[1, 2]");
  CHECK(shape.candidate == "float32[2]");
  CHECK_FALSE(shape.elements.max_abs);
  const Leaf dtype = only(floats({1, 2}), tensor_of<double>(DType::f64, {2}, {1, 2.5}));
  CHECK(dtype.difference == Difference::dtype);
  CHECK(dtype.elements.max_abs == 0.5);
  CHECK(difference(integer(1), tensor_of<std::int64_t>(DType::i64, {}, {1})) == Difference::structure);
  CHECK(difference(integer(1), Value::of(true)) == Difference::structure);
  CHECK(difference({}, integer(1)) == Difference::structure);
}

TEST_CASE("nested outputs have names, and only what differs differs") {
  const auto output = [](float logit) {
    return Value::tuple(
        {floats({1}), Value::dict({text("logits"), floats({logit}), integer(3), Value::list({text("a")})})});
  };
  const std::vector<Leaf> leaves = compared(output(1), output(2));
  REQUIRE(leaves.size() == 3);
  CHECK(leaves[0].name == "0");
  CHECK(leaves[1].name == "1.logits");
  CHECK(leaves[2].name == "1.3.0");
  CHECK(leaves[0].difference == Difference::none);
  CHECK(leaves[1].difference == Difference::value);
  CHECK(leaves[2].difference == Difference::none);
}

TEST_CASE("lengths and keys; the order of keys is free") {
  CHECK(difference(Value::list({integer(1)}), Value::list({integer(1), integer(2)})) == Difference::structure);
  CHECK(difference(Value::list({integer(1)}), Value::tuple({integer(1)})) == Difference::structure);
  const Value ab = Value::dict({text("a"), integer(1), text("b"), integer(2)});
  const Value ba = Value::dict({text("b"), integer(2), text("a"), integer(1)});
  for (const Leaf& leaf : compared(ab, ba)) CHECK(leaf.difference == Difference::none);
  const Leaf keys = only(ab, Value::dict({text("a"), integer(1), text("c"), integer(2)}));
  CHECK(keys.difference == Difference::structure);
  CHECK(keys.candidate == "a dict with keys `a`, `c`");
}

TEST_CASE("of strings that differ the first is shown") {
  const auto strings = [](std::vector<std::string> all) {
    Tensor tensor{.dtype = DType::string, .sizes = {static_cast<std::int64_t>(all.size())}};
    tensor.strings = std::move(all);
    return Value::of(std::move(tensor));
  };
  const Leaf leaf = only(strings({"a", "0.1", "c"}), strings({"a", "0.10", "d"}));
  CHECK(leaf.difference == Difference::value);
  CHECK(leaf.elements.mismatched == 2);
  CHECK(leaf.reference.ends_with("[3] with \"0.1\" as element 1"));
  CHECK(leaf.candidate.ends_with("[3] with \"0.10\""));
  CHECK(difference(strings({"a"}), strings({"a"})) == Difference::none);
}

TEST_CASE("complex numbers are compared as points") {
  const auto complex = [](double re, double im) { return tensor_of<double>(DType::c128, {1}, {re, im}); };
  CHECK(difference(complex(3, 4), complex(3, 4)) == Difference::none);
  const Leaf leaf = only(complex(3, 4), complex(3, 4.5));
  CHECK(leaf.difference == Difference::value);
  CHECK(leaf.elements.max_rel == doctest::Approx(0.1));
  CHECK(difference(complex(3, kNan), complex(3, kNan)) == Difference::none);
  CHECK(difference(complex(3, kNan), complex(3, 4)) == Difference::value);
}

TEST_CASE("samples add up, and the first that differs is kept with its seed") {
  const auto returns = [](float x) { return SampleResult{.output = floats({x, 1})}; };
  const SampleResult raises{.raised = "ValueError: no"};
  Aggregate aggregate({});
  aggregate.add(0, 10, returns(1), returns(1));
  aggregate.add(1, 11, returns(1), returns(3));
  aggregate.add(2, 12, returns(1), returns(2));
  aggregate.add(3, 13, raises, SampleResult{.raised = "RuntimeError: other"});
  aggregate.add(4, 14, returns(1), raises);
  PairComparison pair;
  aggregate.finish(pair);
  CHECK_FALSE(pair.match);
  CHECK(pair.differing_samples == 3);
  CHECK(pair.both_raised == 1);
  REQUIRE(pair.outputs.size() == 2);
  CHECK(pair.outputs[0].mismatched == 2);
  CHECK(pair.outputs[0].total == 6);
  CHECK(pair.outputs[0].max_abs == 2);
  CHECK(pair.outputs[0].samples == 2);
  CHECK(pair.outputs[1].difference == Difference::raise);
  CHECK(pair.outputs[1].candidate == "raised ValueError: no");
  CHECK(pair.first_difference->sample == 1);
  CHECK(pair.first_difference->seed == 11);
}

TEST_CASE("arguments that one side changes differ") {
  const SampleResult leaves{.output = integer(1)};
  const SampleResult writes{.output = integer(1), .changed_arguments = Value::tuple({floats({2})})};
  const SampleResult writes_else{.output = integer(1), .changed_arguments = Value::tuple({floats({3})})};
  const auto names = [](const SampleResult& reference, const SampleResult& candidate) {
    Aggregate aggregate({});
    aggregate.add(0, 0, reference, candidate);
    PairComparison pair;
    aggregate.finish(pair);
    return pair.first_difference ? pair.first_difference->output : "";
  };
  CHECK(names(leaves, writes) == "arguments");
  CHECK(names(writes, writes_else) == "arguments.0");
  CHECK(names(writes, writes) == "");
}

}  // namespace graphwitness::exec
