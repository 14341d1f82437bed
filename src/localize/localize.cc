#include "localize/localize.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <limits>
#include <optional>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "analysis/operator_twins.h"
#include "localize/pairs.h"
#include "localize/watch.h"

namespace graphwitness::localize {
namespace {

/// "conv" of "aten::_convolution" and of "onnx::Conv".
std::string short_name(std::string_view op) {
  const std::size_t colon = op.rfind(':');
  std::string name(colon == op.npos ? op : op.substr(colon + 1));
  std::erase(name, '_');
  std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
  return name;
}

/// Of one format by name, across formats by what both names begin with.
bool alike(std::string_view a, std::string_view b) {
  if (canonical_operator(a) == canonical_operator(b)) return true;
  if (a.substr(0, a.find(':')) == b.substr(0, b.find(':'))) return false;
  const std::string one = short_name(a);
  const std::string other = short_name(b);
  return one.starts_with(other) || other.starts_with(one);
}

bool same_place(const Where& a, const Where& b) { return a.line != 0 && a.file == b.file && a.line == b.line; }

TensorStatistics statistics_of(const std::string& name, const Watched& watched) {
  const exec::Sketch& sketch = watched.sketch;
  TensorStatistics statistics{.name = name.empty() ? watched.name : name, .type = exec::describe(sketch)};
  statistics.counted = sketch.elements != 0;
  statistics.least = sketch.least;
  statistics.most = sketch.most;
  statistics.mean = sketch.mean;
  statistics.not_finite = sketch.not_finite;
  return statistics;
}

OperationSide side_of(const Execution& execution, const Operation& operation) {
  OperationSide side{.op = operation.op, .node = operation.name, .module = operation.scope};
  side.file = operation.where.file;
  side.line = operation.where.line;
  side.column = operation.where.column;
  side.function = operation.where.function;
  for (const OperationInput& input : operation.inputs) {
    if (input.value == kNoValue) {
      if (!input.text.empty()) side.arguments.push_back({input.name, input.text});
      continue;
    }
    side.inputs.push_back(statistics_of(input.name, execution.values[static_cast<std::size_t>(input.value)]));
  }
  for (const std::int64_t output : operation.outputs) {
    side.outputs.push_back(statistics_of("", execution.values[static_cast<std::size_t>(output)]));
  }
  return side;
}

/// Whether two constants hold other numbers, in whatever order they stand: a transposed weight is the same one.
bool other_numbers(const exec::Sketch& a, const exec::Sketch& b) {
  if (a.elements == 0 || a.elements != b.elements) return false;
  const double scale = std::max({a.scale, b.scale, 1e-30});
  if (a.sizes == b.sizes && distance(a, b, 1) > 0) return true;
  const auto apart = [&](double one, double other) { return std::abs(one - other) > 1e-9 * scale; };
  return apart(a.least, b.least) || apart(a.most, b.most) || apart(a.mean, b.mean) || apart(a.scale, b.scale);
}

class Finder {
 public:
  Finder(Execution& reference, Execution& candidate, bool same_format)
      : reference_(reference),
        candidate_(candidate),
        same_format_(same_format),
        pairs_(reference, candidate, same_format) {
    for (const Operation& operation : reference.operations) {
      if (operation.where.line != 0) lines_.emplace(operation.where.file, operation.where.line);
    }
  }

  Parting find() {
    for (std::size_t i = 0; i < candidate_.operations.size(); ++i) {
      const Operation& operation = candidate_.operations[i];
      if (operation.is_part || !may_be_first(operation)) continue;
      const std::optional<std::size_t> counterpart = counterpart_of(operation);
      if (is_wrong(operation) || is_changed(operation, counterpart)) return {.operation = told(i, counterpart)};
    }
    if (reference_.raised != candidate_.raised) return raised();
    return what_is_missing();
  }

 private:
  /// On the data of the model's inputs: constants and what is made of sizes are right as they are.
  bool depends(const OperationInput& input) const { return input.value != kNoValue && pairs_[input.value].depends; }

  /// All that it was computed from is right, and what it computed is not.
  bool may_be_first(const Operation& operation) const {
    const bool reaches = std::ranges::any_of(operation.outputs, [&](std::int64_t output) {
      return pairs_[output].depends && pairs_[output].reaches_wrong_output && pairs_[output].distance > 0;
    });
    return reaches && std::ranges::all_of(operation.inputs, [&](const OperationInput& input) {
             return !depends(input) || pairs_[input.value].alive;
           });
  }

  bool is_wrong(const Operation& operation) const {
    return std::ranges::any_of(operation.outputs, [&](std::int64_t output) {
      const Pairs::Pair& pair = pairs_[output];
      return !pair.alive && pair.depends && pair.reaches_wrong_output;
    });
  }

  /// Less than rounding may do, but for a reason that can be seen: another weight, another number.
  bool is_changed(const Operation& operation, std::optional<std::size_t> counterpart) {
    if (!same_format_ || !counterpart) return false;
    const bool exact = std::ranges::all_of(operation.inputs, [&](const OperationInput& input) {
      return !depends(input) || pairs_[input.value].distance == 0;
    });
    if (!exact) return false;
    const Operation& other = reference_.operations[*counterpart];
    return other.op == operation.op &&
           (!other_weight(operation, other).empty() || !other_number(operation, other).empty());
  }

  /// Operations of the reference that a wrong one may stand for, weighed by what they have in common.
  int likeness(const Operation& operation, const Operation& other) const {
    int score = 0;
    if (!operation.name.empty() && operation.name == other.name) score += 6;
    if (same_place(operation.where, other.where)) {
      score += operation.where.column == other.where.column ? 5 : 4;
    }
    if (!operation.scope.empty() && operation.scope == other.scope) score += 3;
    if (alike(operation.op, other.op)) score += 3;
    for (const OperationInput& input : operation.inputs) {
      if (input.value == kNoValue || pairs_[input.value].reference == kNoValue || !pairs_[input.value].right) continue;
      const bool shared =
          std::ranges::find(other.inputs, pairs_[input.value].reference, &OperationInput::value) != other.inputs.end();
      if (shared) score += 3;
    }
    for (const std::int64_t output : operation.outputs) {
      const std::int64_t nearest = pairs_[output].reference;
      if (nearest != kNoValue && std::ranges::find(other.outputs, nearest) != other.outputs.end()) score += 3;
      const exec::Sketch& sketch = candidate_.values[static_cast<std::size_t>(output)].sketch;
      const bool same_size = std::ranges::any_of(other.outputs, [&](std::int64_t one) {
        return reference_.values[static_cast<std::size_t>(one)].sketch.elements == sketch.elements;
      });
      if (same_size) score += 2;
    }
    const bool explained =
        std::ranges::any_of(other.outputs, [&](std::int64_t output) { return pairs_.is_matched(output); });
    return explained ? score - 4 : score;
  }

  std::optional<std::size_t> counterpart_of(const Operation& operation) const {
    std::optional<std::size_t> best;
    int most = 4;
    for (std::size_t i = 0; i < reference_.operations.size(); ++i) {
      if (reference_.operations[i].is_part) continue;
      const int score = likeness(operation, reference_.operations[i]);
      if (score <= most) continue;
      best = i;
      most = score;
    }
    return best;
  }

  FirstOperation told(std::size_t index, std::optional<std::size_t> counterpart) {
    const Operation& operation = candidate_.operations[index];
    read_constants(candidate_, operation);
    FirstOperation first;
    for (const std::int64_t output : operation.outputs) {
      const double apart = pairs_[output].distance;
      if (std::isfinite(apart)) first.distance = std::max(first.distance, apart);
    }
    if (counterpart) {
      read_constants(reference_, reference_.operations[*counterpart]);
      first.reference = side_of(reference_, reference_.operations[*counterpart]);
    }
    first.candidate = side_of(candidate_, operation);
    std::tie(first.cause, first.text) = cause_of(operation, counterpart);
    return first;
  }

  std::pair<Cause, std::string> cause_of(const Operation& operation, std::optional<std::size_t> counterpart) {
    const Operation* other = counterpart ? &reference_.operations[*counterpart] : nullptr;
    const bool same_op = other != nullptr && alike(operation.op, other->op);
    const bool elsewhere = other != nullptr && same_format_ && operation.where.line != 0 && other->where.line != 0 &&
                           !same_place(operation.where, other->where);
    if (!same_op || elsewhere) {
      if (const Decision* decision = decision_at(counterpart, operation.where)) return by_decision(*decision);
    }
    if (other == nullptr) return {Cause::operation, fmt::format("only the candidate has this `{}`", operation.op)};
    // The same operation, on what only the reference has come to.
    if (const Decision* decision = decision_before(*other)) return by_decision(*decision);
    if (same_op) {
      if (std::string text = other_dtype(operation, *other); !text.empty()) return {Cause::dtype, text};
      if (std::string text = other_weight(operation, *other); !text.empty()) return {Cause::weight, text};
      if (std::string text = other_number(operation, *other); !text.empty()) return {Cause::number, text};
      return {Cause::arithmetic, "the same operation computes something else from the same inputs"};
    }
    if (same_format_)
      return {Cause::operation, fmt::format("`{}` stands in the place of `{}`", operation.op, other->op)};
    return {Cause::arithmetic,
            fmt::format("`{}` and what follows does not compute what `{}` does", operation.op, other->op)};
  }

  static std::pair<Cause, std::string> by_decision(const Decision& decision) {
    const std::string where = decision.where.line == 0
                                  ? std::string()
                                  : fmt::format(" (`{}` line {})", decision.where.file, decision.where.line);
    if (decision.is_loop) {
      return {Cause::loop, fmt::format("the loop{} turns {} times in the reference, another number in the candidate",
                                       where, decision.outcome)};
    }
    return {Cause::arm, fmt::format("the branch{} takes its {} arm in the reference, the other in the candidate", where,
                                    decision.outcome == 1 ? "first" : "second")};
  }

  /// The decision of the reference that led to its operation instead of the candidate's. Null: none that can be seen.
  const Decision* decision_at(std::optional<std::size_t> counterpart, const Where& candidate) const {
    // What the reference runs too was not decided away.
    if (candidate.line != 0 && lines_.contains({candidate.file, candidate.line})) {
      const Decision* around = inside(counterpart);  // a loop goes on where the candidate has left it
      return around != nullptr && around->is_loop ? around : nullptr;
    }
    const Decision* best = nullptr;
    for (const Decision& decision : reference_.decisions) {
      if (counterpart && (decision.first > *counterpart || *counterpart > decision.end)) continue;
      const bool before = decision.where.file == candidate.file && decision.where.line <= candidate.line;
      if (!before || decision.where.line == 0) continue;
      if (best == nullptr || decision.where.line >= best->where.line) best = &decision;
    }
    if (best != nullptr || counterpart) return best != nullptr ? best : inside(counterpart);
    // Nothing of the reference stands for it, and lines do not tell: the last branch that went another way.
    const auto last = std::ranges::find_if(reference_.decisions.rbegin(), reference_.decisions.rend(),
                                           [](const Decision& decision) { return decision.where.line != 0; });
    return last == reference_.decisions.rend() ? nullptr : &*last;
  }

  /// The decision inside of which the reference computed an input of its operation that the candidate has nowhere.
  const Decision* decision_before(const Operation& other) const {
    if (!same_format_) return nullptr;
    for (std::size_t i = 0; i < reference_.operations.size(); ++i) {
      const bool makes_it = std::ranges::any_of(reference_.operations[i].outputs, [&](std::int64_t output) {
        return !pairs_.is_matched(output) &&
               std::ranges::find(other.inputs, output, &OperationInput::value) != other.inputs.end();
      });
      if (!makes_it) continue;
      if (const Decision* decision = inside(i)) return decision;
    }
    return nullptr;
  }

  /// The innermost decision that the reference's operation stands in.
  const Decision* inside(std::optional<std::size_t> operation) const {
    const Decision* best = nullptr;
    for (const Decision& decision : reference_.decisions) {
      if (operation && decision.first <= *operation && *operation < decision.end) best = &decision;
    }
    return best;
  }

  std::string other_dtype(const Operation& operation, const Operation& other) const {
    for (std::size_t i = 0; i < std::min(operation.outputs.size(), other.outputs.size()); ++i) {
      const exec::Sketch& a = reference_.values[static_cast<std::size_t>(other.outputs[i])].sketch;
      const exec::Sketch& b = candidate_.values[static_cast<std::size_t>(operation.outputs[i])].sketch;
      if (a.elements != 0 && b.elements != 0 && a.dtype != b.dtype) {
        return fmt::format("the result is {} in the reference and {} in the candidate", exec::describe(a),
                           exec::describe(b));
      }
    }
    return {};
  }

  /// Only between models of one format: exporters fold a batch norm into the weights of the convolution before it.
  std::string other_weight(const Operation& operation, const Operation& other) {
    if (!same_format_) return {};
    read_constants(candidate_, operation);
    read_constants(reference_, other);
    const auto constants = [](const Execution& execution, const Operation& one) {
      std::vector<const Watched*> found;
      for (const OperationInput& input : one.inputs) {
        if (input.value == kNoValue) continue;
        const Watched& watched = execution.values[static_cast<std::size_t>(input.value)];
        if (watched.origin == Watched::Origin::constant) found.push_back(&watched);
      }
      return found;
    };
    const std::vector<const Watched*> ours = constants(candidate_, operation);
    const std::vector<const Watched*> theirs = constants(reference_, other);
    if (ours.size() != theirs.size()) return {};
    for (std::size_t i = 0; i < ours.size(); ++i) {
      if (!other_numbers(theirs[i]->sketch, ours[i]->sketch)) continue;
      return fmt::format("the parameter {} holds other numbers",
                         ours[i]->name.empty() ? std::to_string(i) : "`" + ours[i]->name + "`");
    }
    return {};
  }

  /// Only between models of one format, where arguments have the same names.
  std::string other_number(const Operation& operation, const Operation& other) const {
    if (!same_format_ || operation.op != other.op) return {};
    for (const OperationInput& input : operation.inputs) {
      if (input.value != kNoValue) continue;
      const auto found = std::ranges::find_if(
          other.inputs, [&](const OperationInput& one) { return one.value == kNoValue && one.name == input.name; });
      if (found == other.inputs.end() || found->text == input.text) continue;
      return fmt::format("`{}` is {} in the reference and {} in the candidate", input.name, found->text, input.text);
    }
    return {};
  }

  Parting raised() {
    const bool reference = !reference_.raised.empty();
    const Execution& execution = reference ? reference_ : candidate_;
    FirstOperation first{.cause = Cause::raise};
    first.text =
        fmt::format("the {} raised {} after this operation", reference ? "reference" : "candidate", execution.raised);
    if (!execution.operations.empty()) {
      (reference ? first.reference : first.candidate) = side_of(execution, execution.operations.back());
    }
    return {.operation = std::move(first)};
  }

  /// The candidate computes nothing wrong, so it lacks something: an arm, a turn of a loop, a result that is constant.
  Parting what_is_missing() {
    std::vector<std::uint8_t> reaches(reference_.values.size(), 0);
    for (const std::int64_t output : reference_.outputs) {
      if (output != kNoValue) reaches[static_cast<std::size_t>(output)] = 1;
    }
    std::optional<std::size_t> missing;
    for (std::size_t i = reference_.operations.size(); i-- > 0;) {
      const Operation& operation = reference_.operations[i];
      const bool needed = std::ranges::any_of(
          operation.outputs, [&](std::int64_t output) { return reaches[static_cast<std::size_t>(output)] != 0; });
      if (!needed) continue;
      for (const OperationInput& input : operation.inputs) {
        if (input.value != kNoValue) reaches[static_cast<std::size_t>(input.value)] = 1;
      }
      const bool has = std::ranges::any_of(operation.outputs, [&](std::int64_t output) {
        return pairs_.is_matched(output) || reference_.values[static_cast<std::size_t>(output)].sketch.elements == 0;
      });
      if (!has && !operation.is_part) missing = i;
    }
    if (!missing || pairs_.outputs_agree()) return {.why_not = nothing_stands_out()};
    FirstOperation first{.cause = Cause::operation, .text = "only the reference computes this"};
    first.reference = side_of(reference_, reference_.operations[*missing]);
    if (const Decision* decision = inside(missing)) std::tie(first.cause, first.text) = by_decision(*decision);
    for (const std::int64_t output : candidate_.outputs) {
      if (output == kNoValue || pairs_.maker(output) < 0) continue;
      first.candidate = side_of(candidate_, candidate_.operations[static_cast<std::size_t>(pairs_.maker(output))]);
      break;
    }
    return {.operation = std::move(first)};
  }

  std::string nothing_stands_out() const {
    double apart = 0;
    double noise = 0;
    for (const std::int64_t output : candidate_.outputs) {
      if (output == kNoValue || pairs_[output].reference == kNoValue) continue;
      apart = std::max(apart, pairs_[output].distance);
      noise = std::max({noise, candidate_.values[static_cast<std::size_t>(output)].noise,
                        reference_.values[static_cast<std::size_t>(pairs_[output].reference)].noise});
    }
    if (apart == 0 && pairs_.outputs_agree()) {
      return "no operation stands out: the tensors that are returned are the same, what differs is what they are "
             "returned in, or no tensor";
    }
    if (noise == 0 || !pairs_.outputs_agree()) {
      return "no operation stands out: the difference grows by rounding along the way, or lies in what is no tensor";
    }
    return fmt::format(
        "no operation stands out: it is rounding, as the outputs differ by {:.1g} of their scale, and weights and "
        "inputs that are off in their last places change them by {:.1g}",
        apart, noise);
  }

  Execution& reference_;
  Execution& candidate_;
  bool same_format_;
  Pairs pairs_;
  std::set<std::pair<std::string, std::uint32_t>> lines_;  ///< of Python that the reference has run
};

/// Runs a TorchScript model again with its weights and inputs off in their last places: what that does to a value is
/// about what another runtime's rounding may do.
void measure_noise(Execution& execution, const std::string& path, exec::RunRequest request,
                   const exec::WorkerLimits& limits) {
  request.shaken = true;
  const Execution shaken = watch(path, request, limits);
  const bool same_way = shaken.error.empty() && execution.values.size() == shaken.values.size() &&
                        std::ranges::equal(execution.operations, shaken.operations, {}, &Operation::op, &Operation::op);
  if (!same_way) return;
  for (std::size_t i = 0; i < execution.values.size(); ++i) {
    Watched& value = execution.values[i];
    const double apart = distance(value.sketch, shaken.values[i].sketch, std::numeric_limits<double>::infinity());
    if (std::isfinite(apart)) value.noise = apart;
  }
}

}  // namespace

Parting part(Execution& reference, Execution& candidate, bool same_format) {
  return Finder(reference, candidate, same_format).find();
}

Parting localize(const std::string& reference, const std::string& candidate, const exec::RunRequest& request,
                 const exec::WorkerLimits& limits) {
  exec::RunRequest of_candidate = request;
  of_candidate.by_position = true;
  Execution first = watch(reference, request, limits);
  if (!first.error.empty()) return {.why_not = fmt::format("`{}`: {}", reference, first.error)};
  Execution second = watch(candidate, of_candidate, limits);
  if (!second.error.empty()) return {.why_not = fmt::format("`{}`: {}", candidate, second.error)};
  const bool same_format = exec::is_onnx_model(reference) == exec::is_onnx_model(candidate);
  if (!exec::is_onnx_model(reference)) {
    measure_noise(first, reference, request, limits);
  } else if (!same_format) {
    measure_noise(second, candidate, of_candidate, limits);
  }
  return part(first, second, same_format);
}

}  // namespace graphwitness::localize
