#include "exec/torch/bench.h"

// clang-format off: clang cannot read Parallel.h before ivalue.h
#include <ATen/core/ivalue.h>
// clang-format on
#include <ATen/Parallel.h>
#include <torch/csrc/jit/python/update_graph_executor_opt.h>
#include <torch/cuda.h>
#include <torch/version.h>

#include <exception>
#include <optional>
#include <utility>
#include <vector>

#include "exec/bench/timed_model.h"
#include "exec/torch/model.h"
#include "exec/worker_answers.h"
#include "graphwitness/support/error.h"

namespace graphwitness::exec::worker {
namespace {

class TimedArchive : public TimedModel {
 public:
  TimedArchive(std::string path, const RunRequest& request)
      : path_(std::move(path)), request_(request), device_(device_of(request.device)) {}

  std::string runtime() const override { return "LibTorch " TORCH_VERSION; }
  std::string remark() const override { return remark_; }

  void load() override { model_ = load_model(path_, device_); }

  void prepare() override {
    method_ = method_of(*model_, request_.method);
    for (const Sample& sample : request_.samples) {
      arguments_.push_back(bind_arguments(*method_, sample.arguments,
                                          {.by_position = request_.by_position, .device = device_}, remark_));
    }
    wait();
  }

  void call(std::size_t sample) override {
    try {
      (*method_)(arguments_[sample]);
      wait();
    } catch (const std::exception& error) {
      throw InputError("it raised " + raised_text(error));
    }
  }

 private:
  void wait() const {
    if (device_.is_cuda()) torch::cuda::synchronize();
  }

  std::string path_;
  const RunRequest& request_;
  at::Device device_;
  std::optional<torch::jit::Module> model_;
  std::optional<torch::jit::Method> method_;
  std::vector<std::vector<c10::IValue>> arguments_;
  std::string remark_;
};

}  // namespace

void bench(const std::string& path) {
  const RunRequest request = decode_request(standard_input());
  torch::jit::setGraphExecutorOptimize(true);
  at::set_num_threads(static_cast<int>(request.threads));
  TimedArchive model(path, request);
  take_turns(model, request.samples.size());
}

}  // namespace graphwitness::exec::worker
