#include "exec/torch/run.h"

// clang-format off: clang cannot read Parallel.h before ivalue.h
#include <ATen/core/ivalue.h>
// clang-format on
#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/jit/python/update_graph_executor_opt.h>

#include <string>
#include <string_view>

#include "exec/carrier.h"
#include "exec/messages.h"
#include "exec/torch/archive_values.h"
#include "exec/torch/bench.h"
#include "exec/torch/convert.h"
#include "exec/torch/model.h"
#include "exec/torch/state.h"
#include "exec/wire.h"
#include "exec/worker_answers.h"
#include "graphwitness/support/error.h"
#include "support/sandbox.h"

namespace graphwitness::exec::worker {
namespace {

std::string bytes_of(const std::vector<c10::IValue>& values, std::optional<Value>* kept = nullptr) {
  std::vector<Value> items;
  items.reserve(values.size());
  for (const c10::IValue& value : values) items.push_back(from_torch(value));
  Value all = Value::tuple(std::move(items));
  std::string bytes;
  encode(all, bytes);
  if (kept != nullptr) *kept = std::move(all);
  return bytes;
}

std::vector<std::string> names_of(const std::vector<ModelInputs::Parameter>& parameters) {
  std::vector<std::string> names;
  names.reserve(parameters.size());
  for (const ModelInputs::Parameter& parameter : parameters) names.push_back(parameter.name);
  return names;
}

class Runner {
 public:
  Runner(std::string path, const RunRequest& request)
      : path_(std::move(path)), request_(request), device_(device_of(request.device)) {}

  void run() {
    for (const Sample& sample : request_.samples) {
      if (!model_ || !request_.sequence) prepare();
      answer(call(sample));
    }
    answer(RunAnswer{.text = remark_});
  }

 private:
  /// A model that no earlier sample has changed.
  void prepare() {
    if (model_ && !writes_unseen_ && fingerprint(*model_) == state_) return;
    at::manual_seed(0);  // loading may run code of the archive
    model_ = load_model(path_, device_);
    state_ = fingerprint(*model_);
    writes_unseen_ = request_.samples.size() > 1 && writes_unseen(*model_);
  }

  SampleResult call(const Sample& sample) {
    torch::jit::Method method = method_of(*model_, request_.method);
    if (!carrier_) carrier_.emplace(request_, names_of(parameters_of(method)));
    const std::vector<c10::IValue> arguments =
        bind_arguments(method, sample.arguments,
                       {.by_position = request_.by_position, .device = device_, .carrier = &*carrier_}, remark_);
    const std::string before = bytes_of(arguments);
    at::manual_seed(sample.seed);
    SampleResult result;
    try {
      result.output = from_torch(method(arguments));
    } catch (const std::exception& error) {
      result.raised = raised_text(error);
    }
    carrier_->take(result);
    std::optional<Value> after;
    if (bytes_of(arguments, &after) != before) result.changed_arguments = std::move(after);
    return result;
  }

  std::string path_;
  const RunRequest& request_;
  std::optional<torch::jit::Module> model_;
  std::vector<std::uint64_t> state_;
  bool writes_unseen_ = false;
  at::Device device_;
  std::optional<Carrier> carrier_;
  std::string remark_;
};

void run(const std::string& path) {
  const RunRequest request = decode_request(standard_input());
  at::set_num_threads(static_cast<int>(request.threads));
  Runner(path, request).run();
}

void say_inputs(const std::string& path, const std::string& method_name) {
  const torch::jit::Module model = load_model(path, at::kCPU);
  const torch::jit::Method method = method_of(model, method_name);
  ModelInputs inputs{.parameters = parameters_of(method), .bundled = {}, .traced = traced_inputs(path, method_name)};
  const std::string bundled =
      method_name == "forward" ? "get_all_bundled_inputs" : "get_all_bundled_inputs_for_" + method_name;
  if (auto getter = model.find_method(bundled)) inputs.bundled = from_torch((*getter)({})).items;
  answer(SampleResult{.output = to_value(inputs)});
}

void say_values(const std::string& path) { answer(SampleResult{.output = saved_value(path)}); }

}  // namespace

std::optional<int> command(std::span<const std::string> words) {
  const std::string_view name = words.empty() ? std::string_view() : words[0];
  const bool runs = name == "run" || name == "bench";
  const bool cuda = runs && words.size() == 3 && words[2] == "cuda";
  const bool mine = cuda || (runs && words.size() == 2) || (name == "inputs" && words.size() == 3) ||
                    (name == "values" && words.size() == 2);
  if (!mine) return std::nullopt;
  if (!cuda) apply_sandbox();
  const c10::NoGradGuard no_gradients;
  torch::jit::setGraphExecutorOptimize(false);
  try {
    if (name == "run") run(words[1]);
    if (name == "bench") bench(words[1]);
    if (name == "inputs") say_inputs(words[1], words[2]);
    if (name == "values") say_values(words[1]);
  } catch (const std::exception& error) {
    RunAnswer refused;
    refused.kind = RunAnswer::Kind::refused;
    refused.text = dynamic_cast<const InputError*>(&error) != nullptr ? error.what() : raised_text(error);
    answer(refused);
  }
  return 0;
}

}  // namespace graphwitness::exec::worker
