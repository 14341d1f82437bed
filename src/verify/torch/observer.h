#pragma once
/// Runs a graph as it is and writes down every decision that depends on something a caller can vary: how it came out
/// and, if asked, how far it was from coming out otherwise.
///
/// Limits: slack is known for comparisons of numbers and tensors, of what follows from them by any, all, and, or, not,
/// sums and counts; elsewhere it is not.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "verify/search.h"
#include "verify/torch/evaluator.h"

namespace graphwitness::verify::worker {

/// A place where a decision is made: a node, and the calls that lead to it.
struct Site {
  DecisionKind kind = DecisionKind::branch;
  Place place{};
  std::uint8_t from = 0;     ///< what it was seen to depend on
  bool only_raises = false;  ///< one arm does nothing but raise
  bool in_library = false;
};

/// All sites that any run has come by.
class Sites {
 public:
  std::size_t find(const torch::jit::Node* node, std::uint64_t path);
  Site& operator[](std::size_t index) { return sites_[index]; }
  const Site& operator[](std::size_t index) const { return sites_[index]; }
  std::size_t size() const { return sites_.size(); }
  bool fresh(std::size_t index) const { return index >= named_; }
  void named() { named_ = sites_.size(); }

 private:
  std::map<std::pair<const torch::jit::Node*, std::uint64_t>, std::size_t> index_;
  std::vector<Site> sites_;
  std::size_t named_ = 0;
};

/// One decision of a run.
struct Occurrence {
  std::size_t site = 0;
  double outcome = 0;  ///< 1 and 0 of a branch, turns of a loop, the number read
  at::Tensor slack{};  ///< positive: nearer to the outcome that `true` stands for; undefined: not known
};

/// A number that came of sizes, and the one that the graph compared it with.
struct ComparedSize {
  double size = 0;
  double with = 0;
};

class Observer : public Evaluator {
 public:
  Observer(const Limits& limits, Known& known, Sites& sites, bool with_slack)
      : Evaluator(limits, known), sites_(sites), with_slack_(with_slack) {}

  const std::vector<Occurrence>& occurrences() const { return occurrences_; }
  /// In the order of the run.
  const std::vector<ComparedSize>& compared() const { return compared_; }

 protected:
  void operate(Frame& frame, const torch::jit::Node* node, Operator& op) override;
  bool branch(Frame& frame, const torch::jit::Node* node) override;
  void joined(Frame& frame, const torch::jit::Node* node, bool taken) override;
  std::int64_t most_turns(Frame& frame, const torch::jit::Node* node) override;
  bool goes_on(Frame& frame, const torch::jit::Node* node, const torch::jit::Value* condition) override;
  void left_loop(Frame& frame, const torch::jit::Node* node, std::int64_t turns) override;

 private:
  void note(Frame& frame, const torch::jit::Node* node, DecisionKind kind, double outcome, std::uint8_t from,
            const at::Tensor& slack);
  void facts(Frame& frame, const torch::jit::Node* node, const Operator& op, const std::vector<Cell>& inputs);
  void soften(Frame& frame, const torch::jit::Node* node, const Operator& op, const std::vector<Cell>& inputs);
  void compare_sizes(const Operator& op, const std::vector<Cell>& inputs);

  Sites& sites_;
  bool with_slack_;
  std::vector<Occurrence> occurrences_;
  std::vector<ComparedSize> compared_;
  std::unordered_map<const torch::jit::Node*, std::uint8_t> loop_facts_;
};

}  // namespace graphwitness::verify::worker
