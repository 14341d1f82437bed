#include "exec/onnx/bench.h"

#include <memory>
#include <utility>
#include <vector>

#include "exec/bench/timed_model.h"
#include "exec/carrier.h"
#include "exec/messages.h"
#include "exec/onnx/model.h"
#include "exec/onnx/runtime.h"
#include "exec/worker_answers.h"

namespace graphwitness::exec::onnx {
namespace {

class TimedGraph : public worker::TimedModel {
 public:
  TimedGraph(std::string path, const RunRequest& request) : path_(std::move(path)), request_(request) {}

  std::string runtime() const override { return "ONNX Runtime " + runtime_version(); }
  std::string remark() const override { return inputs_.empty() ? "" : inputs_.front().remark; }

  void load() override { model_ = std::make_unique<Model>(path_, request_, Model::For::speed); }

  void prepare() override {
    Carrier carrier(request_, model_->signature().names);
    for (const Sample& sample : request_.samples) {
      inputs_.push_back(model_->bind(sample.arguments, request_.by_position, carrier));
    }
  }

  void call(std::size_t sample) override { model_->run_only(inputs_[sample]); }

 private:
  std::string path_;
  const RunRequest& request_;
  std::unique_ptr<Model> model_;
  std::vector<Model::Inputs> inputs_;
};

}  // namespace

void bench(const std::string& path) {
  const RunRequest request = decode_request(worker::standard_input());
  open_runtime();
  TimedGraph model(path, request);
  worker::take_turns(model, request.samples.size());
}

}  // namespace graphwitness::exec::onnx
