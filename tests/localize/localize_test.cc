#include "localize/localize.h"

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "localize/execution.h"

namespace graphwitness::localize {
namespace {

using Numbers = std::vector<float>;

/// Numbers that nothing else has.
Numbers numbers(int kind) {
  Numbers all(64);
  for (std::size_t i = 0; i < all.size(); ++i)
    all[i] = static_cast<float>(std::sin(0.1 * kind + 0.7 * static_cast<double>(i)));
  return all;
}

Numbers off(Numbers all, float share) {
  for (float& one : all) one *= 1 + share;
  return all;
}

/// Writes executions down as a model's operations.
class Writer {
 public:
  std::int64_t value(const Numbers& all, Watched::Origin origin, std::string name = "") {
    exec::Tensor tensor{.dtype = DType::f32, .sizes = {static_cast<std::int64_t>(all.size())}};
    tensor.bytes.assign(reinterpret_cast<const char*>(all.data()), all.size() * sizeof(float));
    execution.values.push_back({.origin = origin, .name = std::move(name), .sketch = exec::sketch_of(tensor)});
    return static_cast<std::int64_t>(execution.values.size()) - 1;
  }
  std::int64_t input(int kind) { return value(numbers(kind), Watched::Origin::input); }

  std::int64_t operation(std::string op, std::uint32_t line, std::vector<OperationInput> inputs,
                         const Numbers& result) {
    const std::int64_t output = value(result, Watched::Origin::computed);
    execution.operations.push_back({.op = std::move(op),
                                    .where = {.file = "model.py", .line = line},
                                    .inputs = std::move(inputs),
                                    .outputs = {output}});
    return output;
  }
  /// Of tensors alone.
  std::int64_t step(std::string op, std::uint32_t line, const std::vector<std::int64_t>& inputs,
                    const Numbers& result) {
    std::vector<OperationInput> all;
    for (const std::int64_t one : inputs) all.push_back({.value = one});
    return operation(std::move(op), line, std::move(all), result);
  }

  Execution execution{};
};

OperationInput tensor(std::int64_t value) { return {.value = value}; }

/// `aten::op1` to `aten::op5`, each computed from the one before; op i is off by `share_of(i)`.
template <class Share>
Execution chain(Share share_of, double noise = 0) {
  Writer writer;
  std::int64_t at = writer.input(0);
  for (int i = 1; i < 6; ++i) {
    at = writer.step("aten::op" + std::to_string(i), static_cast<std::uint32_t>(i), {at}, off(numbers(i), share_of(i)));
    writer.execution.values.back().noise = noise;
  }
  writer.execution.outputs = {at};
  return writer.execution;
}

}  // namespace

TEST_CASE("the first operation of a chain that computes something else is named, not what follows") {
  const auto from_third = [](float wrong) { return [wrong](int i) { return i < 3 ? 0 : wrong; }; };
  Execution reference = chain(from_third(0));
  Execution candidate = chain(from_third(0.01F));
  const Parting parting = part(reference, candidate, true);
  REQUIRE(parting.operation);
  CHECK(parting.operation->candidate->op == "aten::op3");
  CHECK(parting.operation->reference->op == "aten::op3");
  CHECK(parting.operation->cause == Cause::arithmetic);
  CHECK(parting.operation->distance > 0.005);
}

TEST_CASE("rounding that grows along the way is no operation's") {
  const auto growing = [](float noise) { return [noise](int i) { return noise * static_cast<float>(i); }; };
  Execution reference = chain(growing(0));
  Execution candidate = chain(growing(1e-6F));
  const Parting parting = part(reference, candidate, false);
  CHECK(!parting.operation);
  CHECK(parting.why_not.find("rounding") != std::string::npos);
}

TEST_CASE("where all that is returned is the same, what differs is not put down to rounding") {
  const auto same = [](int) { return 0.0F; };
  Execution reference = chain(same);
  Execution candidate = chain(same);
  const Parting parting = part(reference, candidate, false);
  CHECK(!parting.operation);
  CHECK(parting.why_not.find("the tensors that are returned are the same") != std::string::npos);
}

TEST_CASE("a step that the reference does not have is not wrong, as long as something right comes of it") {
  Writer reference;
  std::int64_t at = reference.step("aten::norm", 1, {reference.input(0)}, numbers(1));
  reference.execution.outputs = {reference.step("aten::last", 2, {at}, numbers(2))};
  Writer candidate;
  const std::int64_t input = candidate.input(0);
  const std::int64_t step = candidate.step("onnx::Pow", 0, {input}, numbers(7));
  at = candidate.step("onnx::Norm", 0, {input, step}, numbers(1));
  candidate.execution.outputs = {candidate.step("onnx::Last", 0, {at}, off(numbers(2), 0.1F))};
  const Parting parting = part(reference.execution, candidate.execution, false);
  REQUIRE(parting.operation);
  CHECK(parting.operation->candidate->op == "onnx::Last");
  CHECK(parting.operation->reference->op == "aten::last");
}

TEST_CASE("where rounding was measured, less than what it may be elsewhere is wrong") {
  const auto from_third = [](float wrong) { return [wrong](int i) { return i < 3 ? 1e-6F : wrong; }; };
  Execution reference = chain(from_third(1e-6F));
  Execution candidate = chain(from_third(1e-5F));
  Execution noisy = chain(from_third(1e-6F), 1e-5);
  CHECK(part(noisy, candidate, false).why_not.find("off in their last places") != std::string::npos);
  CHECK_FALSE(part(reference, candidate, false).operation);
  Execution measured = chain(from_third(1e-6F), 1e-6);
  const Parting parting = part(measured, candidate, false);
  REQUIRE(parting.operation);
  CHECK(parting.operation->candidate->op == "aten::op3");
}

TEST_CASE("what is off stays wrong although a mean of it is right") {
  const auto model = [](float wrong) {
    Writer writer;
    const std::int64_t input = writer.input(0);
    const std::int64_t product = writer.step("aten::matmul", 1, {input}, off(numbers(1), wrong));
    const std::int64_t mean = writer.step("aten::mean", 2, {product}, numbers(2));
    const std::int64_t result = writer.step("aten::sub", 3, {product, mean}, off(numbers(3), wrong));
    writer.execution.outputs = {result};
    return writer.execution;
  };
  Execution reference = model(0);
  Execution candidate = model(0.01F);
  const Parting parting = part(reference, candidate, false);
  REQUIRE(parting.operation);
  CHECK(parting.operation->candidate->op == "aten::matmul");
}

TEST_CASE("another number, another weight and another operator are told apart") {
  const auto model = [](const std::string& op, const std::string& number, float weight) {
    Writer writer;
    const std::int64_t input = writer.input(0);
    const std::int64_t parameter = writer.value(off(numbers(9), weight), Watched::Origin::constant, "conv.weight");
    const bool good = op == "aten::mul" && number == "2" && weight == 0;
    writer.execution.outputs = {writer.operation(op, 3,
                                                 {tensor(input), tensor(parameter), {.name = "other", .text = number}},
                                                 off(numbers(1), good ? 0 : 0.2F))};
    return writer.execution;
  };
  const auto cause = [&](Execution candidate) {
    Execution reference = model("aten::mul", "2", 0);
    const Parting parting = part(reference, candidate, true);
    REQUIRE(parting.operation);
    return *parting.operation;
  };
  CHECK(cause(model("aten::mul", "3", 0)).cause == Cause::number);
  CHECK(cause(model("aten::mul", "3", 0)).text == "`other` is 2 in the reference and 3 in the candidate");
  CHECK(cause(model("aten::mul", "2", 0.01F)).cause == Cause::weight);
  CHECK(cause(model("aten::mul", "2", 0.01F)).text == "the parameter `conv.weight` holds other numbers");
  CHECK(cause(model("aten::div", "2", 0)).cause == Cause::operation);
}

TEST_CASE("a weight that is hardly off is found where all else is bit for bit the same") {
  const auto model = [](float wrong) {
    Writer writer;
    const std::int64_t first = writer.step("aten::relu", 1, {writer.input(0)}, numbers(1));
    const std::int64_t parameter = writer.value(off(numbers(9), wrong), Watched::Origin::constant, "weight");
    const std::int64_t second = writer.step("aten::conv", 2, {first, parameter}, off(numbers(2), wrong * 1e-3F));
    writer.execution.outputs = {writer.step("aten::relu", 3, {second}, off(numbers(3), wrong * 1e-3F))};
    return writer.execution;
  };
  Execution reference = model(0);
  Execution candidate = model(0.005F);
  const Parting parting = part(reference, candidate, true);
  REQUIRE(parting.operation);
  CHECK(parting.operation->candidate->op == "aten::conv");
  CHECK(parting.operation->cause == Cause::weight);
}

TEST_CASE("a branch that took another arm is the cause, and its line is said") {
  Writer reference;
  std::int64_t input = reference.input(0);
  reference.execution.decisions.push_back(
      {.outcome = 0, .where = {.file = "model.py", .line = 5}, .first = 0, .end = 1});
  reference.execution.outputs = {reference.step("aten::neg", 8, {input}, numbers(2))};
  Writer candidate;
  input = candidate.input(0);
  candidate.execution.outputs = {candidate.step("aten::exp", 6, {input}, numbers(1))};
  const Parting parting = part(reference.execution, candidate.execution, true);
  REQUIRE(parting.operation);
  CHECK(parting.operation->cause == Cause::arm);
  CHECK(parting.operation->text ==
        "the branch (`model.py` line 5) takes its second arm in the reference, the other in the candidate");
  CHECK(parting.operation->reference->line == 8);
  CHECK(parting.operation->candidate->line == 6);
}

TEST_CASE("turns of a loop that the candidate lacks are the cause, although it computes nothing wrong") {
  const auto model = [](int turns) {
    Writer writer;
    std::int64_t at = writer.input(0);
    writer.execution.decisions.push_back({.is_loop = true,
                                          .outcome = turns,
                                          .where = {.file = "model.py", .line = 4},
                                          .first = 0,
                                          .end = static_cast<std::size_t>(turns)});
    for (int i = 1; i <= turns; ++i) at = writer.step("aten::mul", 5, {at}, numbers(i));
    writer.execution.outputs = {at};
    return writer.execution;
  };
  Execution reference = model(4);
  Execution candidate = model(2);
  const Parting parting = part(reference, candidate, true);
  REQUIRE(parting.operation);
  CHECK(parting.operation->cause == Cause::loop);
  CHECK(parting.operation->reference->line == 5);
  CHECK(parting.operation->text.find("line 4) turns 4 times") != std::string::npos);
}

TEST_CASE("what a worker says makes an execution, and what makes no sense is refused") {
  Execution execution;
  Writer writer;
  const std::int64_t input = writer.input(0);
  writer.step("aten::neg", 2, {input}, numbers(1));
  take(execution, to_value(writer.execution.values[0]));
  take(execution, begin_decision({.is_loop = true, .where = {.file = "model.py", .line = 1}}));
  take(execution, to_value(writer.execution.values[1]));
  take(execution, to_value(writer.execution.operations[0]));
  take(execution, end_decision(0, 1));
  take(execution, said_outputs({1}));
  REQUIRE(execution.operations.size() == 1);
  CHECK(execution.operations[0].op == "aten::neg");
  CHECK(execution.operations[0].where.line == 2);
  CHECK(execution.decisions[0].end == 1);
  CHECK(execution.decisions[0].outcome == 1);
  CHECK(execution.outputs == std::vector<std::int64_t>{1});
  CHECK_THROWS(take(execution, said_outputs({2})));
  CHECK_THROWS(take(execution, end_decision(7, 1)));
  CHECK_THROWS(take(execution, exec::Value::of(std::string("hello"))));
}

}  // namespace graphwitness::localize
