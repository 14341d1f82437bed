#pragma once
/// Runs a scripted graph as Python would run under the tracer: first to record the decisions of the example, then to
/// replay them on other inputs, which computes what the trace computes.
///
/// Sizes are tensors, as the tracer makes them, and stay live through arithmetic; where Python turns them, or a tensor,
/// into a number, bool or list, the value of the recording stands. Whatever does not hang on a tensor is computed again
/// and comes out the same. Functions that are scripts of their own, or traces, run as they are.
///
/// Limits: Python code that a script does not hold (branches on `is_scripting`) is not replayed.

#include <unordered_map>
#include <vector>

#include "verify/torch/evaluator.h"

namespace graphwitness::verify::worker {

struct Recording {
  struct Entry {
    const torch::jit::Node* node = nullptr;
    c10::IValue value{};
  };
  std::vector<Entry> entries{};
};

class Recorder : public Evaluator {
 public:
  enum class Mode : std::uint8_t { record, replay };

  Recorder(const Limits& limits, Known& known, Recording& recording, Mode mode)
      : Evaluator(limits, known), recording_(recording), mode_(mode) {}

 protected:
  void operate(Frame& frame, const torch::jit::Node* node, Operator& op) override;
  bool branch(Frame& frame, const torch::jit::Node* node) override;
  std::int64_t most_turns(Frame& frame, const torch::jit::Node* node) override;
  bool goes_on(Frame& frame, const torch::jit::Node* node, const torch::jit::Value* condition) override;
  void construct_list(Frame& frame, const torch::jit::Node* node) override;
  void entering(Frame& frame, const torch::jit::Node* site, const torch::jit::Graph& callee,
                std::vector<Cell>& arguments) override;

 private:
  template <typename Make>
  c10::IValue freeze(const torch::jit::Node* node, Make make);
  c10::IValue freeze_number(const torch::jit::Node* node, const c10::IValue& value);
  bool around_int(const torch::jit::Node* node);
  bool item_around_int(const torch::jit::Node* list, std::size_t index);
  void give(Frame& frame, const torch::jit::Node* node, c10::IValue value);

  void operate_on_sizes(Frame& frame, const torch::jit::Node* node, Operator& op);
  bool calculate(Frame& frame, const torch::jit::Node* node, const Operator& op,
                 const std::vector<c10::IValue>& arguments);
  void operate_on_tensors(Frame& frame, const torch::jit::Node* node, Operator& op, std::vector<c10::IValue> arguments);
  void keep_lengths(Frame& frame, const torch::jit::Node* node);

  Recording& recording_;
  Mode mode_;
  std::size_t position_ = 0;
};

}  // namespace graphwitness::verify::worker
