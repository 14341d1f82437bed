#include "exec/sketch.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "graphwitness/support/error.h"

namespace graphwitness::exec {
namespace {

Tensor floats(std::vector<float> numbers, std::vector<std::int64_t> sizes) {
  Tensor tensor{.dtype = DType::f32, .sizes = std::move(sizes)};
  tensor.bytes.assign(reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(float));
  return tensor;
}

std::vector<float> waves(std::size_t count) {
  std::vector<float> numbers(count);
  for (std::size_t i = 0; i < count; ++i) numbers[i] = static_cast<float>(std::sin(0.37 * static_cast<double>(i)));
  return numbers;
}

constexpr double kAny = std::numeric_limits<double>::infinity();

}  // namespace

TEST_CASE("a sketch has the statistics of all elements") {
  const float infinite = std::numeric_limits<float>::infinity();
  const Sketch sketch = sketch_of(floats({1, -3, 5, infinite}, {2, 2}));
  CHECK(sketch.elements == 4);
  CHECK(sketch.not_finite == 1);
  CHECK(sketch.least == -3);
  CHECK(sketch.most == 5);
  CHECK(sketch.mean == 1);
  CHECK(describe(sketch) == "float32[2, 2]");
}

TEST_CASE("equal tensors are no distance apart, whatever their shapes; other sizes are infinitely far") {
  const Sketch flat = sketch_of(floats(waves(6000), {6000}));
  CHECK(distance(flat, sketch_of(floats(waves(6000), {2, 3000})), kAny) == 0);
  CHECK(distance(flat, sketch_of(floats(waves(5999), {5999})), kAny) == kAny);
}

TEST_CASE("one element of many that is off shows, wherever it is") {
  const Sketch flat = sketch_of(floats(waves(100'000), {100'000}));
  for (const std::size_t at : {0U, 1U, 777U, 50'001U, 99'999U}) {
    std::vector<float> numbers = waves(100'000);
    numbers[at] += 0.01F;
    const double apart = distance(flat, sketch_of(floats(numbers, {100'000})), kAny);
    CHECK(apart > 5e-4);
    CHECK(apart < 0.02);
  }
}

TEST_CASE("NaN is the same as NaN, and far from a number") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  CHECK(distance(sketch_of(floats({1, nan}, {2})), sketch_of(floats({1, nan}, {2})), kAny) == 0);
  CHECK(distance(sketch_of(floats({1, nan}, {2})), sketch_of(floats({1, 2}, {2})), kAny) == 1);
  CHECK(distance(sketch_of(floats({1, nan}, {2})), sketch_of(floats({nan, 1}, {2})), kAny) == 1);
}

TEST_CASE("sketches pass through a worker's answer, and what is none is refused") {
  for (const std::size_t count : {std::size_t{0}, std::size_t{5}, std::size_t{5000}}) {
    const Sketch sketch = sketch_of(floats(waves(count), {static_cast<std::int64_t>(count)}));
    const Sketch back = sketch_in(to_value(sketch));
    CHECK(back.elements == sketch.elements);
    CHECK(back.samples == sketch.samples);
    CHECK(back.stretches == sketch.stretches);
    CHECK(back.mean == sketch.mean);
  }
  Value wrong = to_value(sketch_of(floats(waves(5), {5})));
  wrong.items[2] = Value::of(std::int64_t{6});
  CHECK_THROWS_AS(sketch_in(wrong), InputError);
  CHECK_THROWS_AS(sketch_in(Value::of(1.0)), InputError);
}

}  // namespace graphwitness::exec
