#pragma once
/// Runs a TorchScript graph operation by operation and tells what each computes, as it comes: nothing is kept.
///
/// What exporters spell out in several operations (a layer norm, a GELU) is told in these steps, too, so that a graph
/// of ONNX can be followed inside of one.

#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "localize/execution.h"
#include "verify/torch/evaluator.h"

namespace graphwitness::localize::worker {

class Watcher : public verify::worker::Evaluator {
 public:
  using Tell = std::function<void(const exec::Value&)>;

  Watcher(const verify::worker::Limits& limits, verify::worker::Known& known, Tell tell)
      : Evaluator(limits, known), tell_(std::move(tell)) {}

  /// Runs the method and tells everything, outputs and errors that are raised included.
  void watch(const torch::jit::Module& model, const std::string& method, const std::vector<c10::IValue>& arguments);

 protected:
  void operate(Frame& frame, const torch::jit::Node* node, verify::worker::Operator& op) override;
  bool branch(Frame& frame, const torch::jit::Node* node) override;
  void joined(Frame& frame, const torch::jit::Node* node, bool taken) override;
  std::int64_t most_turns(Frame& frame, const torch::jit::Node* node) override;
  void left_loop(Frame& frame, const torch::jit::Node* node, std::int64_t turns) override;

 private:
  std::int64_t told(const at::Tensor& tensor, Watched::Origin origin, const std::string& name);
  /// The number of a tensor that something computed, or that is now told as a constant.
  std::int64_t number_of(const at::Tensor& tensor, const std::string& name);
  void add_inputs(const c10::IValue& value, const std::string& name, const std::string& given,
                  std::vector<OperationInput>& inputs);
  void begin(Frame& frame, const torch::jit::Node* node, bool is_loop, std::int64_t outcome);
  void end(std::int64_t outcome);
  static Where where(const Frame& frame, const torch::jit::Node* node);

  Tell tell_;
  std::int64_t values_ = 0;
  std::size_t decisions_ = 0;
  std::vector<std::size_t> open_;                                     ///< decisions that are being run
  std::unordered_map<const c10::TensorImpl*, std::int64_t> numbers_;  ///< of the latest tensor at an address
};

}  // namespace graphwitness::localize::worker
