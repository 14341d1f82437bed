#include "exec/sketch.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "exec/compare/elements.h"
#include "exec/dtype.h"
#include "graphwitness/support/error.h"

namespace graphwitness::exec {
namespace {

constexpr std::uint64_t kMostSamples = 1024;
constexpr std::uint64_t kMostStretches = 512;

double sign_of(std::uint64_t index) {
  constexpr std::uint64_t kGolden = 0x9E37'79B9'7F4A'7C15U;
  std::uint64_t mixed = index * kGolden;
  mixed = (mixed ^ (mixed >> 29U)) * kGolden;
  return (mixed >> 63U) == 0 ? 1 : -1;
}

std::uint64_t stretch_length(std::uint64_t elements) { return (elements + kMostStretches - 1) / kMostStretches; }

Tensor doubles(const std::vector<double>& numbers) {
  Tensor tensor{.dtype = DType::f64, .sizes = {static_cast<std::int64_t>(numbers.size())}};
  tensor.bytes.assign(reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(double));
  return tensor;
}

std::vector<double> doubles_in(const Value& value) {
  if (value.kind != Value::Kind::tensor || value.tensor.dtype != DType::f64) throw InputError("no numbers");
  std::vector<double> numbers(value.tensor.bytes.size() / sizeof(double));
  if (!numbers.empty()) std::memcpy(numbers.data(), value.tensor.bytes.data(), numbers.size() * sizeof(double));
  return numbers;
}

bool same(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

}  // namespace

bool Sketch::is_floating() const { return exec::is_floating(dtype) || is_complex(dtype); }

Sketch sketch_of(const Tensor& tensor) {
  Sketch sketch{.dtype = tensor.dtype, .sizes = tensor.sizes};
  const std::int64_t count = element_count(tensor.sizes);
  if (count <= 0 || size_of(tensor.dtype) == 0) return sketch;
  sketch.elements = static_cast<std::uint64_t>(count);
  const std::uint64_t length = stretch_length(sketch.elements);
  const bool all = sketch.elements <= kMostSamples;
  if (!all) sketch.stretches.resize((sketch.elements + length - 1) / length);
  double sum = 0;
  double squares = 0;
  sketch.least = std::numeric_limits<double>::infinity();
  sketch.most = -sketch.least;
  for (std::uint64_t i = 0; i < sketch.elements; ++i) {
    const double number = element(tensor, i);
    if (!std::isfinite(number)) {
      ++sketch.not_finite;
      continue;
    }
    sketch.least = std::min(sketch.least, number);
    sketch.most = std::max(sketch.most, number);
    sum += number;
    squares += number * number;
    if (!all) sketch.stretches[i / length] += sign_of(i) * number;
  }
  const auto finite = static_cast<double>(sketch.elements - sketch.not_finite);
  if (finite > 0) {
    sketch.mean = sum / finite;
    sketch.scale = std::sqrt(squares / finite);
  } else {
    sketch.least = sketch.most = 0;
  }
  const std::uint64_t samples = std::min(sketch.elements, kMostSamples);
  for (std::uint64_t i = 0; i < samples; ++i) {
    sketch.samples.push_back(element(tensor, i * sketch.elements / samples));
  }
  return sketch;
}

double distance(const Sketch& reference, const Sketch& candidate, double most) {
  constexpr double kFar = std::numeric_limits<double>::infinity();
  if (reference.elements != candidate.elements) return kFar;
  if (reference.not_finite != candidate.not_finite) return 1;
  const double scale = std::max(reference.scale, std::numeric_limits<double>::min());
  double apart = 0;
  for (std::size_t i = 0; i < reference.samples.size() && apart <= most; ++i) {
    const double a = reference.samples[i];
    const double b = candidate.samples[i];
    if (same(a, b)) continue;
    apart = std::isfinite(a) && std::isfinite(b) ? std::max(apart, std::abs(b - a) / scale) : std::max(apart, 1.0);
  }
  const double length = std::sqrt(static_cast<double>(stretch_length(reference.elements)));
  for (std::size_t i = 0; i < reference.stretches.size() && apart <= most; ++i) {
    apart = std::max(apart, std::abs(candidate.stretches[i] - reference.stretches[i]) / (scale * length));
  }
  return apart;
}

std::string describe(const Sketch& sketch) {
  return fmt::format("{}{}", torch_name(sketch.dtype), spell_sizes(sketch.sizes));
}

Value to_value(const Sketch& sketch) {
  Value sizes = Value::list({});
  for (const std::int64_t size : sketch.sizes) sizes.items.push_back(Value::of(size));
  const std::vector<double> numbers{sketch.least, sketch.most, sketch.mean, sketch.scale};
  return Value::tuple({Value::of(static_cast<std::int64_t>(sketch.dtype)), std::move(sizes),
                       Value::of(static_cast<std::int64_t>(sketch.elements)),
                       Value::of(static_cast<std::int64_t>(sketch.not_finite)), Value::of(doubles(numbers)),
                       Value::of(doubles(sketch.samples)), Value::of(doubles(sketch.stretches))});
}

Sketch sketch_in(const Value& value) {
  if (value.kind != Value::Kind::tuple || value.items.size() != 7) throw InputError("no sketch of a tensor");
  Sketch sketch;
  sketch.dtype = static_cast<DType>(value.items[0].integer);
  for (const Value& size : value.items[1].items) sketch.sizes.push_back(size.integer);
  sketch.elements = static_cast<std::uint64_t>(value.items[2].integer);
  sketch.not_finite = static_cast<std::uint64_t>(value.items[3].integer);
  const std::vector<double> numbers = doubles_in(value.items[4]);
  sketch.samples = doubles_in(value.items[5]);
  sketch.stretches = doubles_in(value.items[6]);
  const bool all = sketch.elements <= kMostSamples;
  const std::uint64_t length = stretch_length(sketch.elements);
  const bool fits = numbers.size() == 4 && sketch.samples.size() == std::min(sketch.elements, kMostSamples) &&
                    sketch.stretches.size() == (all ? 0 : (sketch.elements + length - 1) / length);
  if (!fits || sketch.dtype > DType::string) throw InputError("no sketch of a tensor");
  sketch.least = numbers[0];
  sketch.most = numbers[1];
  sketch.mean = numbers[2];
  sketch.scale = numbers[3];
  return sketch;
}

}  // namespace graphwitness::exec
