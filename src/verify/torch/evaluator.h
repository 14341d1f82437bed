#pragma once
/// Runs TorchScript graphs operation by operation, so that what happens at each one can be watched and changed.
///
/// Operations are LibTorch's own; only control flow, calls, attributes and containers are handled here. Limits: one
/// thread (`prim::fork` runs where it stands); calls and blocks nested at most kDeepest deep; at most as many
/// operations as the caller allows, since a loop may have no end.

#include <ATen/core/ivalue.h>  // first: clang cannot read module.h without
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/ir.h>

#include <chrono>
#include <cstdint>
#include <exception>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace graphwitness::verify::worker {

/// What a value depends on, as bits.
inline constexpr std::uint8_t kOnData = 1;
inline constexpr std::uint8_t kOnShape = 2;
inline constexpr std::uint8_t kOnArgument = 4;  ///< one that is no tensor
inline constexpr std::uint8_t kOnRandom = 8;

/// A value of the graph while it runs.
struct Cell {
  c10::IValue value{};
  /// Of a number or an integer tensor: the same number, differentiable. Of a bool: positive where it is true, and how
  /// far from turning. Undefined: not known.
  at::Tensor soft{};
  std::uint8_t data = 0;                       ///< what the value, or a tensor's elements, depend on
  std::uint8_t shape = 0;                      ///< what a tensor's sizes depend on
  std::shared_ptr<std::vector<Cell>> items{};  ///< of a tuple
};

struct Limits {
  std::uint64_t steps = 1'000'000;  ///< operations
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
};

/// What is known of a node once and for all.
struct Operator {
  std::optional<torch::jit::Operation> run{};
  const c10::FunctionSchema* schema = nullptr;
  std::string_view name{};  ///< "aten::add"
  int hint = 0;             ///< for Observer; 0: not looked at yet
};

/// What runs of the same models need not find out again.
struct Known {
  std::unordered_map<const torch::jit::Node*, Operator> operators{};
  std::unordered_map<const torch::jit::Graph*, std::size_t> values{};  ///< how many each graph has
  std::unordered_map<const torch::jit::Node*, std::shared_ptr<torch::jit::Graph>> forks{};
  std::unordered_map<const torch::jit::Node*, bool> inside_int{};
  std::map<std::pair<const torch::jit::Node*, std::size_t>, bool> item_inside_int{};
  std::unordered_map<const torch::jit::Graph*, bool> stays_script{};
};

/// The run was given up; says nothing about the model.
class GivenUp : public std::exception {
 public:
  const char* what() const noexcept override { return "given up before it ended"; }
};

class Evaluator {
 public:
  static constexpr int kDeepest = 1500;

  Evaluator(const Limits& limits, Known& known) : known_(known), limits_(limits) {}
  virtual ~Evaluator() = default;
  Evaluator(const Evaluator&) = delete;
  Evaluator& operator=(const Evaluator&) = delete;

  /// Throws what the model raises, or GivenUp.
  Cell run(const torch::jit::Module& model, const std::string& method, std::vector<Cell> arguments);
  std::uint64_t steps() const { return steps_; }

 protected:
  /// One function that is being run.
  struct Frame {
    const Frame* caller = nullptr;
    const torch::jit::Node* site = nullptr;  ///< the call; null: the first function
    std::uint64_t path = 0;                  ///< of all calls that led here
    bool opaque = false;                     ///< runs inside a trace as script (see Recorder)
    std::vector<Cell> cells{};

    Cell& at(const torch::jit::Value* value) { return cells[value->unique()]; }
    const Cell& at(const torch::jit::Value* value) const { return cells[value->unique()]; }
  };
  virtual void operate(Frame& frame, const torch::jit::Node* node, Operator& op);
  /// The arm that is taken.
  virtual bool branch(Frame& frame, const torch::jit::Node* node);
  virtual void joined(Frame& frame, const torch::jit::Node* node, bool taken);
  virtual std::int64_t most_turns(Frame& frame, const torch::jit::Node* node);
  virtual bool goes_on(Frame& frame, const torch::jit::Node* node, const torch::jit::Value* condition);
  virtual void left_loop(Frame& frame, const torch::jit::Node* node, std::int64_t turns);
  virtual void construct_list(Frame& frame, const torch::jit::Node* node);
  /// Before a function of the archive is entered.
  virtual void entering(Frame& frame, const torch::jit::Node* site, const torch::jit::Graph& callee,
                        std::vector<Cell>& arguments);

  /// Runs the operation on these arguments and puts its results into the frame.
  static void perform(Frame& frame, const torch::jit::Node* node, Operator& op, std::vector<c10::IValue> arguments);
  static bool to_bool(const c10::IValue& value);

  Known& known_;

 private:
  void run_block(Frame& frame, const torch::jit::Block* block);
  void step(Frame& frame, const torch::jit::Node* node);
  bool step_container(Frame& frame, const torch::jit::Node* node);
  void run_if(Frame& frame, const torch::jit::Node* node);
  void run_loop(Frame& frame, const torch::jit::Node* node);
  void call_function(Frame& frame, const torch::jit::Node* node);
  void call_method(Frame& frame, const torch::jit::Node* node, const std::string& name, std::vector<Cell> arguments);
  Cell call(const Frame* caller, const torch::jit::Node* site, torch::jit::Function& function,
            std::vector<Cell> arguments);
  Cell evaluate(const Frame* caller, const torch::jit::Node* site, torch::jit::Graph& graph,
                std::vector<Cell> arguments);
  void count();

  Limits limits_;
  std::uint64_t steps_ = 0;
  int depth_ = 0;
};

}  // namespace graphwitness::verify::worker
