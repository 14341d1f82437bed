#pragma once
/// Evaluates one graph symbolically, for all inputs of a scope at once.
///
/// Whatever it does not understand ends the evaluation with the reason: it never guesses. Branches whose condition the
/// scope leaves open are evaluated on both sides and become a choice; loops are unrolled, so their turns must be known.
///
/// Limits: kMostSteps nodes evaluated; no state that a graph changes; no random numbers; no training of batch norm.

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "analysis/module_values.h"
#include "graphwitness/ir/graph.h"
#include "verify/proof/assumptions.h"
#include "verify/proof/contents.h"
#include "verify/proof/facts.h"
#include "verify/proof/symbolic.h"
#include "verify/proof/terms.h"

namespace graphwitness::proof {

enum class Scope : std::uint8_t { same_shapes, other_shapes };

/// What two evaluations that are to be compared share.
struct Vocabulary {
  Scope scope = Scope::same_shapes;
  Contents& contents;
  Terms terms{};
  Facts facts{terms};
  std::set<Assumption> assumptions{};
  /// Whether an operator and its in-place form may be one, where dtypes allow it.
  bool unite_in_place = false;

  Vocabulary(Scope about, Contents& known) : scope(about), contents(known) {}
  Vocabulary(const Vocabulary&) = delete;
  Vocabulary& operator=(const Vocabulary&) = delete;
};

/// An argument of the function, as terms: made once, given to both evaluations.
struct InputValue {
  enum class Kind : std::uint8_t { constant, tensor, list, tuple, dict };
  Kind kind = Kind::constant;
  TermId term{};  ///< of constants and tensors; keys of dicts are constants
  std::vector<InputValue> items{};
};

/// The end of an evaluation: what was not understood, and where.
struct NotUnderstood {
  NodeId node;
  std::string why;
};

class Evaluator {
 public:
  static constexpr std::uint64_t kMostSteps = 5'000'000;

  Evaluator(const Graph& graph, Vocabulary& vocabulary);

  /// Throws NotUnderstood. `inputs` are those after the module itself.
  void run(FunctionId function, std::span<const InputValue> inputs);

  const std::vector<Symbolic>& outputs() const { return outputs_; }
  /// What each tensor among the inputs holds in the end, in order.
  const std::vector<TermId>& final_inputs() const { return final_inputs_; }
  const SymbolicMemory& memory() const { return memory_; }
  /// What ran and may raise, each under the conditions that it ran under.
  const std::unordered_set<std::uint32_t>& may_raise() const { return may_raise_; }
  /// What does not raise because of the dtypes that are assumed.
  const std::unordered_set<std::uint32_t>& safe_by_dtype() const { return safe_by_dtype_; }
  /// The node that first made a term; none when it was another evaluation, or no node.
  NodeId maker(TermId term) const;
  /// Branches that the scope leaves open, in order.
  const std::vector<NodeId>& open_branches() const { return open_branches_; }
  TermId term_of(const Symbolic& value);

 private:
  struct Loop {
    std::int64_t turn = 0;
    std::int64_t turns = 0;
  };
  /// An arm of a branch that the scope leaves open.
  struct OpenArm {
    TermId condition{};
    int arm = 0;
    std::uint32_t first_cell = 0;
    std::uint32_t first_container = 0;
    std::vector<Symbolic> yielded{};  ///< by the arm for true, while the other is evaluated
    bool true_raised = false;
    bool raised = false;
  };
  struct Frame {
    BlockId block;
    std::uint32_t next = 0;
    NodeId owner{};  ///< the If or Loop whose block it is; none: the function
    Loop loop{};
    std::optional<OpenArm> open{};
  };

  [[noreturn]] void stop(std::string why) const;
  Symbolic& value(ValueId id);
  const Symbolic& operand(std::size_t index);
  std::size_t operands() const;
  void set_result(std::size_t index, Symbolic value);
  void set_result(Symbolic value) { set_result(0, value); }

  Symbolic make_input(const InputValue& input);
  void finish();

  // Control flow.
  void step();
  void leave_block();
  void enter_branch();
  void enter_arm(const Frame& parent, int arm);
  void leave_open_arm();
  Symbolic merge(TermId condition, const Symbolic& left, const Symbolic& right);
  void enter_loop();
  bool start_turn(Frame& frame);
  void raise();
  TermId guarded(TermId term);
  void note_may_raise(TermId term);
  void note_safe_by_dtype(TermId term) { safe_by_dtype_.insert(guarded(term).raw); }
  void note_maker(TermId term);
  const Frame* open_frame() const;

  // One node.
  void evaluate();
  bool evaluate_structure(std::string_view op);
  bool evaluate_effect(std::string_view op);
  bool evaluate_container(std::string_view op);
  bool evaluate_metadata(std::string_view op);
  bool evaluate_number(std::string_view op);
  bool evaluate_scalar(std::string_view op);
  void evaluate_operator(std::string_view op);
  void evaluate_in_place(std::string_view op);
  bool evaluate_dropout(std::string_view op);
  bool evaluate_integer_tensor(std::string_view op, std::span<const TermId> arguments);
  std::string canonical_name(std::string_view op, std::vector<TermId>& arguments);
  void make_convolution(std::string_view op, std::vector<TermId>& arguments);
  void complete_factory(std::string_view op, std::vector<TermId>& arguments);
  std::optional<TermId> number_in(TermId tensor);
  std::optional<TermId> integer_in(TermId term);
  bool is_settled(const Symbolic& value);
  bool is_total(std::string_view name, std::span<const TermId> arguments);
  void note_operator(TermId term, bool raises_on_data);
  std::optional<std::size_t> list_length(std::string_view op, std::span<const TermId> arguments);
  std::vector<std::uint32_t> storages_of(const Symbolic& value) const;
  void evaluate_attribute();
  void require_no_training(std::string_view op, std::span<const TermId> arguments) const;
  Symbolic constant(LiteralId literal);
  Symbolic tensor_constant(TensorId tensor);
  Symbolic fresh_tensor(TermId term, SymbolicMemory::Storage::Owner owner = SymbolicMemory::Storage::Owner::graph);
  TermId read(const Symbolic& tensor) const;
  void write(const Symbolic& tensor, TermId term);
  void require_own(const Symbolic& container) const;
  TermId list_term(const Symbolic& container);
  std::vector<TermId> argument_terms();
  std::string overload() const;
  void unpack(const Symbolic& from);
  void give_results(std::string_view op, TermId term, std::span<const TermId> arguments, bool shares_memory);
  Symbolic give(TermId term, TypeId type, std::uint32_t storage);

  const Graph& graph_;
  Vocabulary& vocabulary_;
  Terms& terms_;
  Facts& facts_;
  ModuleValues modules_;
  SymbolicMemory memory_;
  std::vector<Symbolic> values_;  // by value
  std::vector<Frame> frames_;
  std::vector<Symbolic> outputs_;
  std::vector<std::uint32_t> input_cells_;
  std::vector<TermId> final_inputs_;
  std::unordered_set<std::uint32_t> may_raise_;
  std::unordered_set<std::uint32_t> safe_by_dtype_;
  std::unordered_map<std::uint32_t, NodeId> makers_;
  std::vector<NodeId> open_branches_;
  NodeId node_;  // the one being evaluated
  std::uint64_t steps_ = 0;
  std::unordered_set<std::uint32_t> frozen_;  // containers that are the model's or the caller's
};

}  // namespace graphwitness::proof
