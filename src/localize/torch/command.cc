#include "localize/torch/command.h"

// clang-format off: clang cannot read Parallel.h before ivalue.h
#include <ATen/core/ivalue.h>
// clang-format on
#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/jit/python/update_graph_executor_opt.h>

#include <limits>
#include <string>
#include <string_view>

#include "exec/torch/model.h"
#include "exec/worker_answers.h"
#include "graphwitness/support/error.h"
#include "localize/torch/watcher.h"
#include "support/sandbox.h"

namespace graphwitness::localize::worker {
namespace {

constexpr std::uint64_t kMostOperations = 200'000;

double last_place(at::ScalarType type) {
  switch (type) {
    case at::kHalf:
      return std::numeric_limits<at::Half>::epsilon();
    case at::kBFloat16:
      return std::numeric_limits<at::BFloat16>::epsilon();
    case at::kDouble:
      return std::numeric_limits<double>::epsilon();
    default:
      return std::numeric_limits<float>::epsilon();
  }
}

/// Every number goes to a neighbour of its own or stays, at random.
void shake(const at::Tensor& tensor) {
  if (!tensor.defined() || !tensor.is_floating_point() || tensor.layout() != at::kStrided) return;
  tensor.add_(tensor * at::rand_like(tensor).sub_(0.5).mul_(2 * last_place(tensor.scalar_type())));
}

void watch(const std::string& path) {
  const exec::RunRequest request = exec::decode_request(exec::worker::standard_input());
  at::set_num_threads(static_cast<int>(request.threads));
  const torch::jit::Module model = exec::worker::load_model(path, at::kCPU);
  const torch::jit::Method method = exec::worker::method_of(model, request.method);
  std::string remark;
  const exec::Sample& sample = request.samples.at(0);
  const std::vector<c10::IValue> arguments =
      exec::worker::bind_arguments(method, sample.arguments, {.by_position = request.by_position}, remark);
  if (request.shaken) {
    for (const at::Tensor& parameter : model.parameters()) shake(parameter);
    for (const at::Tensor& buffer : model.buffers()) shake(buffer);
    for (const c10::IValue& argument : arguments) {
      if (argument.isTensor()) shake(argument.toTensor());
    }
  }
  at::manual_seed(sample.seed);
  verify::worker::Known known;
  Watcher watcher({.steps = kMostOperations}, known,
                  [](const exec::Value& said) { exec::worker::answer(exec::SampleResult{.output = said}); });
  watcher.watch(model, request.method, arguments);
  exec::worker::answer(exec::RunAnswer{});
}

}  // namespace

std::optional<int> command(std::span<const std::string> words) {
  if (words.size() != 2 || words[0] != "watch") return std::nullopt;
  apply_sandbox();
  const c10::NoGradGuard no_gradients;
  torch::jit::setGraphExecutorOptimize(false);
  at::manual_seed(0);  // loading may run code of the archive
  try {
    watch(words[1]);
  } catch (const std::exception& error) {
    exec::RunAnswer refused;
    refused.kind = exec::RunAnswer::Kind::refused;
    refused.text = dynamic_cast<const InputError*>(&error) != nullptr ? error.what() : exec::worker::raised_text(error);
    exec::worker::answer(refused);
  }
  return 0;
}

}  // namespace graphwitness::localize::worker
