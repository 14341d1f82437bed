#include "localize/pairs.h"

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <string_view>
#include <unordered_map>

#include "exec/dtype.h"

namespace graphwitness::localize {
namespace {

constexpr double kFar = std::numeric_limits<double>::infinity();
/// Farther off than this, two values have nothing to do with each other.
constexpr double kUnrelated = 0.5;
/// Nearer than this, they are the same value, if off.
constexpr double kRelated = 0.1;

/// Operators that look at sizes only: that their results are right says nothing about what they look at.
bool reads_sizes_only(std::string_view op) {
  constexpr std::array kOps = std::to_array<std::string_view>(
      {"onnx::Shape", "onnx::Size", "onnx::ConstantOfShape", "onnx::EyeLike", "aten::size"});
  return std::ranges::find(kOps, op) != kOps.end() || op.ends_with("_like") || op.starts_with("aten::new_");
}

/// Enough numbers in it that two equal ones are equal for a reason.
bool tells_much(const exec::Sketch& sketch) {
  if (!sketch.is_floating() || sketch.elements == 0) return false;
  return sketch.elements == 1 ? sketch.mean != 0 && sketch.mean != 1 : sketch.least != sketch.most;
}

/// Values that may be the same: as many elements, floats or not.
std::pair<std::uint64_t, bool> size_class(const exec::Sketch& sketch) {
  return {sketch.elements, sketch.is_floating()};
}

double least_noise(const exec::Sketch& sketch) {
  switch (sketch.dtype) {
    case DType::f16:
      return 1e-3;
    case DType::bf16:
      return 8e-3;
    case DType::f64:
    case DType::c128:
      return 1e-14;
    default:
      return sketch.is_floating() ? kLeastNoise : 0;
  }
}

/// How far off the candidate's value may be: beyond what rounding was measured to do, else beyond what it was computed
/// from. Noise may add up along the way, but not without end: it would hide what is wrong.
double near_enough(const Watched& reference, const Watched& candidate, double inherited) {
  constexpr double kMostMeasured = 1e-3;
  constexpr double kMostGrowth = 400;
  const double least = least_noise(candidate.sketch);
  const double measured = std::max(reference.noise, candidate.noise);
  if (measured > 0) return kBeyondMeasured * std::max(least, std::min(measured, kMostMeasured));
  return std::min(kBeyondNoise * std::max(least, inherited), kMostGrowth * least);
}

}  // namespace

Pairs::Pairs(const Execution& reference, const Execution& candidate, bool same_format)
    : reference_(reference),
      candidate_(candidate),
      same_format_(same_format),
      pairs_(candidate.values.size()),
      makers_(candidate.values.size(), -1),
      matched_(reference.values.size(), 0) {
  for (std::size_t i = 0; i < candidate.operations.size(); ++i) {
    for (const std::int64_t output : candidate.operations[i].outputs) {
      makers_[static_cast<std::size_t>(output)] = static_cast<std::int64_t>(i);
    }
  }
  pair_all();
  find_alive();
  find_reaching();
}

void Pairs::pair_all() {
  std::map<std::pair<std::uint64_t, bool>, std::vector<std::int64_t>> by_size;
  std::unordered_map<std::string_view, std::int64_t> by_name;
  for (std::size_t i = 0; i < reference_.values.size(); ++i) {
    const Watched& value = reference_.values[i];
    if (value.origin == Watched::Origin::constant || value.sketch.elements == 0) continue;
    by_size[size_class(value.sketch)].push_back(static_cast<std::int64_t>(i));
    if (!value.name.empty()) by_name.try_emplace(value.name, static_cast<std::int64_t>(i));
  }
  // Inputs first, then in the order of the operations, so that what a value was computed from is known.
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < candidate_.values.size(); ++i) {
    if (makers_[i] < 0) order.push_back(i);
  }
  for (const Operation& operation : candidate_.operations) {
    for (const std::int64_t output : operation.outputs) order.push_back(static_cast<std::size_t>(output));
  }
  for (const std::size_t i : order) {
    const Watched& value = candidate_.values[i];
    Pair& pair = pairs_[i];
    if (value.origin == Watched::Origin::constant) continue;
    pair.depends = value.origin == Watched::Origin::input;
    if (makers_[i] >= 0) {
      const Operation& maker = candidate_.operations[static_cast<std::size_t>(makers_[i])];
      for (const OperationInput& input : maker.inputs) {
        if (input.value == kNoValue) continue;
        const Pair& from = (*this)[input.value];
        pair.depends = pair.depends || (from.depends && !reads_sizes_only(maker.op));
        pair.noise = std::max(pair.noise, from.right ? from.distance : from.noise);
      }
    }
    if (value.sketch.elements == 0) continue;  // nothing to hold against anything
    const auto candidates = by_size.find(size_class(value.sketch));
    pair.distance = kFar;
    const auto named = by_name.find(value.name);
    if (same_format_ && !value.name.empty() && named != by_name.end()) {
      const double apart =
          distance(reference_.values[static_cast<std::size_t>(named->second)].sketch, value.sketch, kFar);
      if (apart <= kUnrelated) {
        pair.reference = named->second;
        pair.distance = apart;
      }
    }
    if (pair.reference == kNoValue && candidates != by_size.end()) {
      for (const std::int64_t other : candidates->second) {
        const double apart =
            distance(reference_.values[static_cast<std::size_t>(other)].sketch, value.sketch, pair.distance);
        if (apart >= pair.distance) continue;
        pair.reference = other;
        pair.distance = apart;
        if (apart == 0) break;
      }
    }
    const bool alone = pair.reference == kNoValue;
    const Watched& nearest = alone ? value : reference_.values[static_cast<std::size_t>(pair.reference)];
    const double near = near_enough(nearest, value, pair.noise);
    pair.right = pair.distance <= near;
    // An input is what it is; models may take it in another type.
    if (value.origin == Watched::Origin::input) pair.right = true;
    if (pair.right && pair.distance > near) pair.distance = 0;
    if (pair.right && pair.reference != kNoValue) matched_[static_cast<std::size_t>(pair.reference)] = 1;
  }
  const std::size_t outputs = std::min(reference_.outputs.size(), candidate_.outputs.size());
  outputs_agree_ = reference_.outputs.size() == candidate_.outputs.size();
  for (std::size_t i = 0; i < outputs; ++i) {
    const std::int64_t a = reference_.outputs[i];
    const std::int64_t b = candidate_.outputs[i];
    if (a == kNoValue || b == kNoValue) {
      outputs_agree_ = outputs_agree_ && a == b;
      continue;
    }
    const Watched& expects = reference_.values[static_cast<std::size_t>(a)];
    const Watched& gives = candidate_.values[static_cast<std::size_t>(b)];
    const exec::Sketch& expected = expects.sketch;
    const exec::Sketch& actual = gives.sketch;
    const double most = near_enough(expects, gives, (*this)[b].noise);
    const bool near =
        expected.sizes == actual.sizes && expected.dtype == actual.dtype && distance(expected, actual, kFar) <= most;
    if (!near) pairs_[static_cast<std::size_t>(b)].reaches_wrong_output = true;
    outputs_agree_ = outputs_agree_ && near;
  }
}

void Pairs::find_alive() {
  std::vector<std::uint8_t> supported(pairs_.size(), 0);   // something right is computed from it
  std::vector<std::uint8_t> goes_wrong(pairs_.size(), 0);  // it comes to a wrong output by values that are not right
  for (std::size_t i = 0; i < pairs_.size(); ++i) {
    pairs_[i].alive = pairs_[i].right;
    goes_wrong[i] = pairs_[i].reaches_wrong_output && !pairs_[i].right ? 1 : 0;
  }
  for (auto operation = candidate_.operations.rbegin(); operation != candidate_.operations.rend(); ++operation) {
    bool supports = false;
    bool wrong = false;
    for (const std::int64_t output : operation->outputs) {
      const auto index = static_cast<std::size_t>(output);
      Pair& pair = pairs_[index];
      // What is near to something of the reference is no step of the candidate's own: that a softmax or a mean brings
      // it back below the noise does not make it right.
      if (!pair.right) pair.alive = pair.distance < kRelated ? goes_wrong[index] == 0 : supported[index] != 0;
      const bool sure = pair.right && tells_much(candidate_.values[index].sketch);
      supports = supports || sure || (pair.alive && !pair.right);
      wrong = wrong || goes_wrong[index] != 0;
    }
    if (reads_sizes_only(operation->op)) continue;
    for (const OperationInput& input : operation->inputs) {
      if (input.value == kNoValue) continue;
      const auto index = static_cast<std::size_t>(input.value);
      if (supports) supported[index] = 1;
      if (wrong && !pairs_[index].right) goes_wrong[index] = 1;
    }
  }
}

void Pairs::find_reaching() {
  if (outputs_agree_) {  // what differs is not among the sketches: everything may be the reason
    for (const std::int64_t output : candidate_.outputs) {
      if (output != kNoValue) pairs_[static_cast<std::size_t>(output)].reaches_wrong_output = true;
    }
  }
  for (auto operation = candidate_.operations.rbegin(); operation != candidate_.operations.rend(); ++operation) {
    const bool reaches = std::ranges::any_of(operation->outputs,
                                             [&](std::int64_t output) { return (*this)[output].reaches_wrong_output; });
    if (!reaches) continue;
    for (const OperationInput& input : operation->inputs) {
      if (input.value != kNoValue) pairs_[static_cast<std::size_t>(input.value)].reaches_wrong_output = true;
    }
  }
}

}  // namespace graphwitness::localize
