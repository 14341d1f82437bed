#pragma once
/// The two sides of a search: the scripted model, and its trace or replay. Runs both on an input and says whether they
/// part.
///
/// Every run sees a model as freshly loaded and the same random numbers. Limits: a difference that no decision explains
/// counts only far beyond the tolerance, since it may be rounding.

#include <ATen/core/ivalue.h>  // first: clang cannot read module.h without
#include <torch/csrc/jit/api/module.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "exec/messages.h"
#include "verify/search.h"
#include "verify/torch/evaluator.h"
#include "verify/torch/inputs.h"
#include "verify/torch/observer.h"
#include "verify/torch/recorder.h"

namespace graphwitness::verify::worker {

/// A model that is as it was before every run.
class Model {
 public:
  explicit Model(const torch::jit::Module& pristine);

  /// For one run.
  torch::jit::Module& fresh();
  const torch::jit::Module& pristine() const { return pristine_; }

 private:
  torch::jit::Module pristine_;
  std::optional<torch::jit::Module> working_;
  std::vector<std::uint64_t> state_;
  bool writes_unseen_;
};

/// What became of one side.
struct Run {
  enum class End : std::uint8_t { gave, raised, gave_up };
  End end = End::gave;
  exec::SampleResult result{};
  bool own_raise = false;  ///< the model's own `raise`, not an operation that refused its arguments
};

struct Evaluation {
  bool differs = false;
  Difference difference = Difference::none;
  std::string text{};  ///< how
  bool reference_raised = false;
  std::string raised{};  ///< by the script
  bool unfinished = false;
  std::vector<Occurrence> occurrences{};
};

class Subject {
 public:
  explicit Subject(const SearchRequest& request);

  const Leaves& example() const { return example_; }
  const Template& form() const { return template_; }
  const torch::jit::Module& scripted() const { return scripted_.pristine(); }
  /// Why the two sides cannot be run operation by operation; "" when they can.
  std::string why_not() const;
  Sites& sites() { return sites_; }
  std::uint64_t evaluations() const { return evaluations_; }
  /// Runs that were given up so far, but for those that the deadline ended.
  std::uint64_t unfinished() const { return unfinished_; }
  /// When every run is given up.
  void set_deadline(std::chrono::steady_clock::time_point deadline) { deadline_ = deadline; }

  /// Both sides.
  Evaluation evaluate(const Leaves& leaves);
  /// The scripted side alone, with slack; `inputs` take part in gradients where they are tensors that require them.
  std::vector<Occurrence> observe(std::vector<c10::IValue> arguments);
  /// Both sides freshly loaded, by LibTorch's own interpreter: how they part; none where they agree.
  std::optional<Evaluation> confirm(const Leaves& leaves);
  /// Throws what the model raises.
  void record();
  exec::SampleResult replay(const std::vector<exec::Argument>& arguments);

  std::vector<exec::Argument> given(const Leaves& leaves) const;
  /// What each site of the example's run came to.
  bool flipped(const std::vector<Occurrence>& occurrences, std::size_t site) const;
  std::vector<ChangedDecision> changes(const std::vector<Occurrence>& occurrences) const;
  std::vector<double> outcomes(const std::vector<Occurrence>& occurrences, std::size_t site) const;
  const std::vector<Occurrence>& on_example() const { return on_example_; }
  /// While the script ran on the example.
  const std::vector<ComparedSize>& compared_sizes() const { return compared_sizes_; }
  /// Parameters and buffers that both archives have under one name and of one type, with other values.
  std::vector<std::string> unequal_state() const;
  std::string spell(std::size_t site, const std::vector<double>& outcomes) const;

 private:
  Limits limits() const;
  Run run_scripted(const Leaves& leaves, std::vector<Occurrence>* occurrences);
  Run run_other(const Leaves& leaves);
  Run run_other_on(std::vector<c10::IValue> arguments);
  template <typename Call>
  Run guarded(const std::vector<c10::IValue>& arguments, Call call) const;
  void judge(const Run& scripted, const Run& other, const Leaves& leaves, bool explained, Evaluation& evaluation) const;
  bool any_change(const std::vector<Occurrence>& occurrences) const;

  SearchRequest request_;
  Model scripted_;
  std::optional<Model> traced_;
  std::optional<Model> replayed_;
  Recording recording_;
  Template template_{{}};
  std::vector<c10::IValue> defaults_;   ///< of the arguments that the example leaves out
  std::vector<std::size_t> to_traced_;  ///< which arguments the traced model takes
  Leaves example_;
  Sites sites_;
  Known known_;
  std::vector<Occurrence> on_example_;
  std::vector<ComparedSize> compared_sizes_;
  std::uint64_t most_steps_ = 2'000'000;
  std::uint64_t evaluations_ = 0;
  std::uint64_t unfinished_ = 0;
  std::chrono::steady_clock::time_point deadline_ = std::chrono::steady_clock::time_point::max();
};

}  // namespace graphwitness::verify::worker
