#include "localize/torch/steps.h"

#include <ATen/ATen.h>

#include <array>
#include <cmath>
#include <utility>

namespace graphwitness::localize::worker {
namespace {

using Inputs = std::vector<c10::IValue>;
using Steps = std::vector<at::Tensor>;

Steps of_layer_norm(const Inputs& inputs) {
  const at::Tensor& x = inputs[0].toTensor();
  std::vector<std::int64_t> dims;
  for (std::size_t i = 0; i < inputs[1].toListRef().size(); ++i) dims.push_back(-1 - static_cast<std::int64_t>(i));
  const at::Tensor mean = x.mean(dims, true);
  const at::Tensor centred = x - mean;
  const at::Tensor square = centred.pow(2);
  const at::Tensor variance = square.mean(dims, true);
  const at::Tensor shifted = variance + inputs[4].toDouble();
  const at::Tensor root = shifted.sqrt();
  const at::Tensor normal = centred / root;
  Steps steps{mean, centred, square, variance, shifted, root, normal};
  if (inputs[2].isTensor()) steps.push_back(normal * inputs[2].toTensor());
  return steps;
}

Steps of_gelu(const Inputs& inputs) {
  const at::Tensor& x = inputs[0].toTensor();
  if (inputs.size() > 1 && inputs[1].isString() && inputs[1].toStringRef() != "none") return {};
  const at::Tensor scaled = x / std::sqrt(2.0);
  const at::Tensor erf = scaled.erf();
  const at::Tensor shifted = erf + 1;
  return {scaled, erf, shifted, x * shifted};
}

Steps of_linear(const Inputs& inputs) {
  if (!inputs[2].isTensor()) return {};
  return {inputs[1].toTensor().t(), at::matmul(inputs[0].toTensor(), inputs[1].toTensor().t())};
}

Steps of_silu(const Inputs& inputs) { return {inputs[0].toTensor().sigmoid()}; }
Steps of_hardswish(const Inputs& inputs) { return {at::hardsigmoid(inputs[0].toTensor())}; }

using Entry = std::pair<std::string_view, Steps (*)(const Inputs&)>;
constexpr std::array kSteps = std::to_array<Entry>({
    {"aten::layer_norm", of_layer_norm},
    {"aten::gelu", of_gelu},
    {"aten::linear", of_linear},
    {"aten::silu", of_silu},
    {"aten::silu_", of_silu},
    {"aten::hardswish", of_hardswish},
    {"aten::hardswish_", of_hardswish},
});

}  // namespace

std::vector<at::Tensor> steps_of(std::string_view op, const std::vector<c10::IValue>& inputs) {
  for (const auto& [name, steps] : kSteps) {
    if (name == op) return steps(inputs);
  }
  return {};
}

}  // namespace graphwitness::localize::worker
