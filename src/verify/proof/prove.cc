#include "verify/proof/prove.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "verify/proof/where.h"

namespace graphwitness::proof {
namespace {

constexpr std::size_t kMostReasons = 5;

struct Side {
  const Graph& graph;
  Evaluator evaluator;
  std::string_view called;
};

std::optional<FunctionId> function_named(const Graph& graph, std::string_view method) {
  for (const FunctionId id : graph.functions()) {
    if (graph[graph[id].name] == method) return id;
  }
  return std::nullopt;
}

/// The arguments of the example in the order of the scripted function's parameters.
std::optional<std::vector<const exec::Argument*>> in_order(const Graph& graph, FunctionId id,
                                                           std::span<const exec::Argument> example) {
  const auto params = graph[graph[graph[id].body].params];
  const std::size_t first = graph[id].self && !params.empty() ? 1 : 0;
  std::vector<const exec::Argument*> ordered;
  for (std::size_t i = 0; i < example.size(); ++i) {
    std::size_t place = i;
    if (!example[i].name.empty()) {
      const auto named = [&](ValueId param) {
        const std::string_view name = graph[graph[param].name];
        // Names of values may end in ".1", which LibTorch appends.
        return name == example[i].name || (name.starts_with(example[i].name) && name.size() > example[i].name.size() &&
                                           name[example[i].name.size()] == '.');
      };
      const auto found = std::ranges::find_if(params.subspan(first), named);
      if (found != params.end()) place = static_cast<std::size_t>(found - params.subspan(first).begin());
    }
    if (ordered.size() <= place) ordered.resize(place + 1, nullptr);
    ordered[place] = &example[i];
  }
  if (std::ranges::find(ordered, nullptr) != ordered.end()) return std::nullopt;
  return ordered;
}

/// Makes terms of the example's arguments: its tensors become symbols.
class InputMaker {
 public:
  explicit InputMaker(Vocabulary& vocabulary) : vocabulary_(vocabulary), terms_(vocabulary.terms) {}

  /// Nothing for values that a proof cannot start from. Values nest at most kDeepestValue deep.
  std::optional<InputValue> make(const exec::Value& value, const std::string& path) {
    using Kind = exec::Value::Kind;
    switch (value.kind) {
      case Kind::tensor:
        return tensor(value.tensor, path);
      case Kind::none:
        return plain(terms_.none());
      case Kind::boolean:
        return plain(terms_.boolean(value.integer != 0));
      case Kind::integer:
        return plain(terms_.integer(value.integer));
      case Kind::floating:
        return plain(terms_.floating(value.real));
      case Kind::string:
        return plain(terms_.string(value.text));
      case Kind::list:
        return sequence(InputValue::Kind::list, value, path);
      case Kind::tuple:
        return sequence(InputValue::Kind::tuple, value, path);
      case Kind::dict:
        return sequence(InputValue::Kind::dict, value, path);
      case Kind::complex:
      case Kind::opaque:
        break;
    }
    return std::nullopt;
  }

  bool depends_on_arguments() const { return depends_on_arguments_; }

 private:
  std::optional<InputValue> plain(TermId term) {
    depends_on_arguments_ = true;
    return InputValue{.kind = InputValue::Kind::constant, .term = term};
  }

  std::optional<InputValue> tensor(const exec::Tensor& tensor, const std::string& path) {
    const TermId term = terms_.input(path);
    TensorFacts facts{.dtype = tensor.dtype, .ranked = true};
    for (std::size_t i = 0; i < tensor.sizes.size(); ++i) {
      const TermId open = terms_.operation("size", {term, terms_.integer(static_cast<std::int64_t>(i))});
      facts.sizes.push_back(vocabulary_.scope == Scope::same_shapes ? terms_.integer(tensor.sizes[i]) : open);
    }
    vocabulary_.facts.set(term, std::move(facts));
    return InputValue{.kind = InputValue::Kind::tensor, .term = term};
  }

  std::optional<InputValue> sequence(InputValue::Kind kind, const exec::Value& value, const std::string& path) {
    depends_on_arguments_ = true;
    InputValue made{.kind = kind};
    for (std::size_t i = 0; i < value.items.size(); ++i) {
      auto item = make(value.items[i], fmt::format("{}[{}]", path, i));
      if (!item) return std::nullopt;
      made.items.push_back(std::move(*item));
    }
    return made;
  }

  Vocabulary& vocabulary_;
  Terms& terms_;
  bool depends_on_arguments_ = false;
};

class Prover {
 public:
  Prover(const Graph& scripted, const Graph& traced, Vocabulary& vocabulary)
      : vocabulary_(vocabulary),
        terms_(vocabulary.terms),
        scripted_{scripted, Evaluator(scripted, vocabulary), "scripted"},
        traced_{traced, Evaluator(traced, vocabulary), "traced"} {}

  Proof prove(const std::string& method, std::span<const exec::Argument> example) {
    const auto one = function_named(scripted_.graph, method);
    const auto other = function_named(traced_.graph, method);
    if (!one || !other) {
      return {.reasons = {fmt::format("the {} model has no method `{}`", one ? "traced" : "scripted", method)}};
    }
    const auto ordered = in_order(scripted_.graph, *one, example);
    if (!ordered) return {.reasons = {"the example leaves out an argument that stands before another one"}};
    InputMaker maker(vocabulary_);
    std::vector<InputValue> inputs;
    for (std::size_t i = 0; i < ordered->size(); ++i) {
      auto input = maker.make((*ordered)[i]->value, fmt::format("input {}", i + 1));
      if (!input) return {.reasons = {fmt::format("the proof cannot follow argument {} of the example", i + 1)}};
      inputs.push_back(std::move(*input));
    }
    if (maker.depends_on_arguments()) vocabulary_.assumptions.insert(Assumption::arguments);
    const bool both = evaluate(scripted_, *one, inputs) && evaluate(traced_, *other, inputs);
    if (both) compare();
    Proof proof{.proved = reasons_.empty() && both};
    if (proof.proved) proof.assumptions.assign(vocabulary_.assumptions.begin(), vocabulary_.assumptions.end());
    proof.reasons = std::move(reasons_);
    return proof;
  }

 private:
  bool evaluate(Side& side, FunctionId function, std::span<const InputValue> inputs) {
    try {
      side.evaluator.run(function, inputs);
      return true;
    } catch (const NotUnderstood& end) {
      reasons_.push_back(
          fmt::format("the proof stops in the {} model, {}: {}", side.called, where(side.graph, end.node), end.why));
      return false;
    }
  }

  void compare() {
    compare_outputs();
    const auto& left = scripted_.evaluator.final_inputs();
    const auto& right = traced_.evaluator.final_inputs();
    for (std::size_t i = 0; i < left.size(); ++i) {
      if (left[i] != right[i]) reasons_.push_back("what is written to the inputs: " + explain(left[i], right[i]));
    }
    compare_errors(scripted_, traced_);
    compare_errors(traced_, scripted_);
    if (scripted_.evaluator.safe_by_dtype() != traced_.evaluator.safe_by_dtype()) {
      vocabulary_.assumptions.insert(Assumption::dtype);
    }
    if (reasons_.size() > kMostReasons) {
      const std::size_t left_out = reasons_.size() - kMostReasons;
      reasons_.resize(kMostReasons);
      reasons_.push_back(fmt::format("and {} more", left_out));
    }
  }

  std::string describe(const Side& side, const Symbolic& value) const {
    const auto size = [&] { return side.evaluator.memory().items(value.index).size(); };
    switch (value.kind) {
      case Symbolic::Kind::tensor:
        return "a tensor";
      case Symbolic::Kind::list:
        return fmt::format("a list of {}", size());
      case Symbolic::Kind::tuple:
        return fmt::format("a tuple of {}", size());
      case Symbolic::Kind::dict:
        return fmt::format("a dict of {}", size() / 2);
      case Symbolic::Kind::scalar:
        return terms_.is_plain_constant(value.term) ? terms_.spell(value.term) : "a number";
      case Symbolic::Kind::module:
      case Symbolic::Kind::undefined:
        break;
    }
    return "an object";
  }

  void compare_outputs() {
    const auto& left = scripted_.evaluator.outputs();
    const auto& right = traced_.evaluator.outputs();
    if (left.size() != right.size()) {
      reasons_.push_back(
          fmt::format("the scripted model has {} outputs, the traced one {}", left.size(), right.size()));
      return;
    }
    std::vector<std::pair<Symbolic, Symbolic>> pending;
    for (std::size_t i = left.size(); i-- > 0;) pending.emplace_back(left[i], right[i]);
    while (!pending.empty()) {
      const auto [one, other] = pending.back();
      pending.pop_back();
      if (one.kind != other.kind) return differ(one, other);
      if (one.kind == Symbolic::Kind::scalar || one.kind == Symbolic::Kind::tensor) {
        compare_values(one, other);
        continue;
      }
      const bool holds =
          one.kind == Symbolic::Kind::list || one.kind == Symbolic::Kind::tuple || one.kind == Symbolic::Kind::dict;
      if (!holds) return differ(one, other);
      const auto& items = scripted_.evaluator.memory().items(one.index);
      const auto& others = traced_.evaluator.memory().items(other.index);
      if (items.size() != others.size()) return differ(one, other);
      for (std::size_t i = items.size(); i-- > 0;) pending.emplace_back(items[i], others[i]);
    }
  }

  void differ(const Symbolic& one, const Symbolic& other) {
    reasons_.push_back(fmt::format("output structure: the scripted model gives {}, the traced one {}",
                                   describe(scripted_, one), describe(traced_, other)));
  }

  void compare_values(const Symbolic& one, const Symbolic& other) {
    try {
      const TermId left = scripted_.evaluator.term_of(one);
      const TermId right = traced_.evaluator.term_of(other);
      if (left != right) reasons_.push_back("outputs: " + explain(left, right));
    } catch (const NotUnderstood& end) {
      reasons_.push_back("outputs: " + end.why);
    }
  }

  /// Follows two terms down to the first place where they part.
  std::string explain(TermId left, TermId right) const {
    NodeId left_node;
    NodeId right_node;
    while (true) {
      if (const NodeId maker = scripted_.evaluator.maker(left)) left_node = maker;
      if (const NodeId maker = traced_.evaluator.maker(right)) right_node = maker;
      const bool alike = terms_[left].kind == Term::Kind::operation && terms_[right].kind == Term::Kind::operation &&
                         terms_.name(left) == terms_.name(right);
      const auto one = terms_.arguments(left);
      const auto other = terms_.arguments(right);
      if (!alike || one.size() != other.size()) break;
      std::size_t parts = 0;
      while (parts < one.size() && one[parts] == other[parts]) ++parts;
      if (parts == one.size()) break;
      left = one[parts];
      right = other[parts];
    }
    std::string text =
        fmt::format("{} of the scripted model ({}) was not matched with {} of the trace ({})", said(left),
                    where(scripted_.graph, left_node), said(right), where(traced_.graph, right_node));
    const bool is_open = terms_.is_operation(left, "choice");
    if (is_open) text += "; the scripted branch stays open in this scope";
    const bool frozen = terms_.integer_of(right) && terms_[left].kind == Term::Kind::operation;
    if (frozen) text += "; the trace holds a number where the script computes one";
    return text;
  }

  std::string said(TermId term) const {
    if (terms_.is_operation(term, "choice")) return "a branch";
    if (terms_.is_operation(term, "size")) return "a size";
    return terms_.spell(term);
  }

  /// What may raise in one and is not in the other.
  void compare_errors(const Side& one, const Side& other) {
    std::vector<std::uint32_t> missing;
    for (const std::uint32_t term : one.evaluator.may_raise()) {
      if (!other.evaluator.may_raise().contains(term)) missing.push_back(term);
    }
    if (missing.empty()) return;
    std::ranges::sort(missing);
    const NodeId node = one.evaluator.maker(TermId(missing.front()));
    reasons_.push_back(fmt::format(
        "{} may raise an error in the {} model for some inputs of this scope, and has no equal in the {} one",
        where(one.graph, node), one.called, other.called));
  }

  Vocabulary& vocabulary_;
  Terms& terms_;
  Side scripted_;
  Side traced_;
  std::vector<std::string> reasons_;
};

}  // namespace

Proof prove(const Graph& scripted, const Graph& traced, const std::string& method,
            std::span<const exec::Argument> example, Scope scope, Contents& contents) {
  // An operator and its in-place form are one only where they have to be: it takes an assumption on dtypes.
  Proof first;
  for (const bool unite : {false, true}) {
    Vocabulary vocabulary(scope, contents);
    vocabulary.unite_in_place = unite;
    Proof proof = Prover(scripted, traced, vocabulary).prove(method, example);
    if (proof.proved) return proof;
    if (!unite) first = std::move(proof);
  }
  return first;
}

}  // namespace graphwitness::proof
