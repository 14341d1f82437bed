#include "verify/torch/subject.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>
#include <fmt/format.h>
#include <torch/csrc/jit/python/update_graph_executor_opt.h>
#include <torch/csrc/jit/runtime/jit_exception.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <new>
#include <stdexcept>

#include "exec/compare/structure.h"
#include "exec/torch/convert.h"
#include "exec/torch/model.h"
#include "exec/torch/state.h"
#include "exec/wire.h"
#include "graphwitness/support/error.h"
#include "verify/rounding.h"

namespace graphwitness::verify::worker {

namespace jit = torch::jit;

namespace {

using exec::worker::from_torch;

jit::Module load_on_cpu(const std::string& path) { return exec::worker::load_model(path, at::kCPU); }

/// Every argument has to find its parameter, so there is nothing to remark.
std::vector<c10::IValue> bind_strictly(const jit::Method& method, const std::vector<exec::Argument>& arguments) {
  std::string remark;
  return exec::worker::bind_arguments(method, arguments, {}, remark);
}

/// A run may take so many times the operations of the example's before it counts as one without an end.
constexpr std::uint64_t kMostTimesExample = 40;
constexpr std::uint64_t kLeastSteps = 20'000;

exec::Value as_tuple(const std::vector<c10::IValue>& values) {
  std::vector<exec::Value> items;
  items.reserve(values.size());
  for (const c10::IValue& value : values) items.push_back(from_torch(value));
  return exec::Value::tuple(std::move(items));
}

std::string bytes_of(const exec::Value& value) {
  std::string bytes;
  exec::encode(value, bytes);
  return bytes;
}

std::vector<exec::Argument> positional(const std::vector<c10::IValue>& values) {
  std::vector<exec::Argument> arguments;
  arguments.reserve(values.size());
  for (const c10::IValue& value : values) arguments.push_back({"", from_torch(value)});
  return arguments;
}

bool holds_tensor(const c10::IValue& value) {
  if (value.isTensor()) return true;
  if (value.isTuple()) return std::ranges::any_of(value.toTupleRef().elements(), holds_tensor);
  if (value.isList()) {
    const auto items = value.toListRef();
    return std::ranges::any_of(items, holds_tensor);
  }
  return value.isGenericDict();
}

/// How many of the method's parameters the example reaches to.
std::size_t reach(const jit::Method& method, const std::vector<exec::Argument>& example) {
  const auto parameters = exec::worker::parameters_of(method);
  std::size_t most = 0;
  std::size_t position = 0;
  for (const exec::Argument& argument : example) {
    std::size_t index = position;
    if (argument.name.empty()) {
      ++position;
    } else {
      const auto found = std::ranges::find(parameters, argument.name, &exec::ModelInputs::Parameter::name);
      index = static_cast<std::size_t>(found - parameters.begin());
    }
    most = std::max(most, index + 1);
  }
  return most;
}

/// Calls `visit` with every object below and each of its slots that holds a parameter or a buffer, always in the same
/// order.
template <typename Visit>
void for_each_tensor(const c10::IValue& root, Visit visit) {
  std::vector<c10::IValue> waiting{root};
  while (!waiting.empty()) {
    const c10::IValue object = std::move(waiting.back());
    waiting.pop_back();
    const auto type = object.toObjectRef().type();
    for (std::size_t slot = 0; slot < type->numAttributes(); ++slot) {
      const c10::IValue value = object.toObjectRef().getSlot(slot);
      if (type->getAttribute(slot)->is_module() && value.isObject()) waiting.push_back(value);
      if ((type->is_parameter(slot) || type->is_buffer(slot)) && value.isTensor()) visit(object, slot);
    }
  }
}

std::map<std::string, at::Tensor> state_of(const jit::Module& model) {
  std::map<std::string, at::Tensor> state;
  for (const auto& entry : model.named_parameters()) state.emplace(entry.name, entry.value);
  for (const auto& entry : model.named_buffers()) state.emplace(entry.name, entry.value);
  return state;
}

bool same_values(const at::Tensor& a, const at::Tensor& b) {
  // Not a number is the same as itself here.
  return a.is_floating_point() ? at::allclose(a, b, 0, 0, true) : a.equal(b);
}

/// The containers of two arguments hold as much.
bool same_form(const exec::Value& a, const exec::Value& b) {
  if (a.kind != b.kind || a.items.size() != b.items.size()) return false;
  for (std::size_t i = 0; i < a.items.size(); ++i) {
    const bool key = a.kind == exec::Value::Kind::dict && i % 2 == 0;
    if (key ? a.items[i].text != b.items[i].text : !same_form(a.items[i], b.items[i])) return false;
  }
  return true;
}

}  // namespace

Model::Model(const jit::Module& pristine)
    : pristine_(pristine), writes_unseen_(exec::worker::writes_unseen(pristine_)) {}

jit::Module& Model::fresh() {
  if (working_ && !writes_unseen_ && exec::worker::fingerprint(*working_) == state_) return *working_;
  working_ = pristine_.deepcopy();
  state_ = exec::worker::fingerprint(*working_);
  return *working_;
}

Subject::Subject(const SearchRequest& request) : request_(request), scripted_(load_on_cpu(request.scripted)) {
  const jit::Method method = exec::worker::method_of(scripted_.pristine(), request.method);
  std::vector<c10::IValue> bound = bind_strictly(method, request.example);
  const auto given = static_cast<std::ptrdiff_t>(reach(method, request.example));
  defaults_.assign(bound.begin() + given, bound.end());
  bound.resize(static_cast<std::size_t>(given));
  template_ = Template(bound);
  example_ = template_.leaves();
  if (!request.traced) return;
  at::manual_seed(0);
  traced_.emplace(load_on_cpu(*request.traced));
  const jit::Method traced = exec::worker::method_of(traced_->pristine(), request.method);
  // A trace takes tensors; what else the example says was decided when it was recorded.
  const std::size_t takes = exec::worker::parameters_of(traced).size();
  for (std::size_t i = 0; i < bound.size(); ++i) {
    if (bound.size() <= takes || holds_tensor(bound[i])) to_traced_.push_back(i);
  }
}

std::string Subject::why_not() const {
  // LibTorch casts by rewriting the graph when it optimises, not when an operation runs.
  for (const Model* model : {&scripted_, traced_ ? &*traced_ : nullptr}) {
    if (model == nullptr) continue;
    for (const jit::Function* function : model->pristine()._ivalue()->compilation_unit()->get_functions()) {
      if (function->qualname().qualifiedName().find("autocast_mode.autocast") != std::string::npos) {
        return "the model uses `autocast`, which runs otherwise in a search than in PyTorch; nothing was tried";
      }
    }
  }
  return {};
}

Limits Subject::limits() const { return {.steps = most_steps_, .deadline = deadline_}; }

template <typename Call>
Run Subject::guarded(const std::vector<c10::IValue>& arguments, Call call) const {
  Run run;
  const exec::Value before = as_tuple(arguments);
  at::manual_seed(request_.seed);
  const c10::NoGradGuard no_gradients;
  try {
    run.result.output = from_torch(call());
  } catch (const GivenUp&) {
    run.end = Run::End::gave_up;
    return run;
  } catch (const std::bad_alloc&) {
    run.end = Run::End::gave_up;
    return run;
  } catch (const std::logic_error& error) {
    // Of our own, or of a container that the model misused.
    run.end = dynamic_cast<const std::out_of_range*>(&error) != nullptr ? Run::End::raised : Run::End::gave_up;
    run.result.raised = exec::worker::raised_text(error);
    return run;
  } catch (const std::exception& error) {
    run.end = Run::End::raised;
    run.own_raise = dynamic_cast<const jit::JITException*>(&error) != nullptr;
    run.result.raised = exec::worker::raised_text(error);
    return run;
  }
  exec::Value after = as_tuple(arguments);
  if (bytes_of(after) != bytes_of(before)) run.result.changed_arguments = std::move(after);
  return run;
}

Run Subject::run_scripted(const Leaves& leaves, std::vector<Occurrence>* occurrences) {
  const std::vector<c10::IValue> arguments = template_.arguments(leaves);
  return guarded(arguments, [&] {
    Observer observer(limits(), known_, sites_, false);
    std::vector<Cell> cells;
    for (const c10::IValue& argument : arguments) {
      const bool tensors = holds_tensor(argument);
      cells.push_back({.value = argument,
                       .data = tensors ? kOnData : kOnArgument,
                       .shape = static_cast<std::uint8_t>(tensors ? kOnShape : 0)});
    }
    for (const c10::IValue& value : defaults_) cells.push_back({.value = value});
    try {
      c10::IValue result = observer.run(scripted_.fresh(), request_.method, std::move(cells)).value;
      if (occurrences != nullptr) *occurrences = observer.occurrences();
      if (occurrences == &on_example_) {
        compared_sizes_ = observer.compared();
        most_steps_ = std::max(kLeastSteps, observer.steps() * kMostTimesExample);
      }
      return result;
    } catch (...) {
      if (occurrences != nullptr) *occurrences = observer.occurrences();
      throw;
    }
  });
}

std::vector<Occurrence> Subject::observe(std::vector<c10::IValue> arguments) {
  ++evaluations_;
  Observer observer(limits(), known_, sites_, true);
  std::vector<Cell> cells;
  for (c10::IValue& argument : arguments) {
    const bool tensors = holds_tensor(argument);
    cells.push_back({.value = std::move(argument),
                     .data = tensors ? kOnData : kOnArgument,
                     .shape = static_cast<std::uint8_t>(tensors ? kOnShape : 0)});
  }
  for (const c10::IValue& value : defaults_) cells.push_back({.value = value});
  at::manual_seed(request_.seed);
  try {
    const at::AutoGradMode gradients(true);
    observer.run(scripted_.fresh(), request_.method, std::move(cells));
  } catch (const std::exception&) {
    // What was decided before counts.
  }
  return observer.occurrences();
}

void Subject::record() {
  at::manual_seed(request_.seed);
  const c10::NoGradGuard no_gradients;
  jit::Module recorded = scripted_.pristine().deepcopy();
  Recorder recorder(limits(), known_, recording_, Recorder::Mode::record);
  std::vector<Cell> cells;
  for (const c10::IValue& argument : template_.arguments(example_)) cells.push_back({.value = argument});
  for (const c10::IValue& value : defaults_) cells.push_back({.value = value});
  // The trace holds the tensors that the module held before it ran: what was written into them stays, what was put in
  // their places does not.
  std::vector<c10::IValue> tensors;
  for_each_tensor(recorded._ivalue(), [&](const c10::IValue& object, std::size_t slot) {
    tensors.push_back(object.toObjectRef().getSlot(slot));
  });
  recorder.run(recorded, request_.method, std::move(cells));
  jit::Module start = scripted_.pristine().deepcopy();
  std::size_t next = 0;
  for_each_tensor(start._ivalue(), [&](const c10::IValue& object, std::size_t slot) {
    object.toObject()->setSlot(slot, tensors.at(next++));
  });
  replayed_.emplace(std::move(start));
}

Run Subject::run_other(const Leaves& leaves) { return run_other_on(template_.arguments(leaves)); }

Run Subject::run_other_on(std::vector<c10::IValue> arguments) {
  if (traced_) {
    std::vector<c10::IValue> taken;
    taken.reserve(to_traced_.size());
    for (const std::size_t index : to_traced_) taken.push_back(arguments[index]);
    return guarded(arguments, [&] {
      jit::Module& model = traced_->fresh();
      std::vector<c10::IValue> bound;
      try {
        bound = bind_strictly(model.get_method(request_.method), positional(taken));
      } catch (const InputError& error) {
        throw std::runtime_error(error.what());
      }
      // Plain tensors go in as they are, so that what is written into them is seen.
      for (std::size_t i = 0; i < taken.size(); ++i) {
        if (taken[i].isTensor()) bound[i] = taken[i];
      }
      Evaluator evaluator(limits(), known_);
      std::vector<Cell> cells;
      cells.reserve(bound.size());
      for (c10::IValue& value : bound) cells.push_back({.value = std::move(value)});
      return evaluator.run(model, request_.method, std::move(cells)).value;
    });
  }
  return guarded(arguments, [&] {
    Recorder recorder(limits(), known_, recording_, Recorder::Mode::replay);
    std::vector<Cell> cells;
    const std::vector<c10::IValue> recorded = template_.arguments(example_);
    // What is no tensor was decided by the example.
    for (std::size_t i = 0; i < arguments.size(); ++i) {
      cells.push_back({.value = holds_tensor(arguments[i]) ? arguments[i] : recorded[i]});
    }
    for (const c10::IValue& value : defaults_) cells.push_back({.value = value});
    return recorder.run(replayed_->fresh(), request_.method, std::move(cells)).value;
  });
}

exec::SampleResult Subject::replay(const std::vector<exec::Argument>& arguments) {
  const jit::Method method = exec::worker::method_of(scripted_.pristine(), request_.method);
  const std::size_t count = reach(method, arguments);
  std::vector<c10::IValue> bound = bind_strictly(method, arguments);
  bound.resize(count);
  const exec::Value form = as_tuple(template_.arguments(example_));
  if (count > form.items.size()) {
    return {.raised = fmt::format("RuntimeError: the trace takes {} inputs, {} are given", form.items.size(), count)};
  }
  if (!same_form(as_tuple(bound), form)) return {.raised = "RuntimeError: the inputs are built in another way"};
  ++evaluations_;
  return run_other_on(std::move(bound)).result;
}

void Subject::judge(const Run& scripted, const Run& other, const Leaves& leaves, bool explained,
                    Evaluation& evaluation) const {
  const bool scripted_raised = scripted.end == Run::End::raised;
  const bool other_raised = other.end == Run::End::raised;
  evaluation.reference_raised = scripted_raised;
  if (scripted_raised) evaluation.raised = *scripted.result.raised;
  if (scripted_raised && other_raised) return;
  // An input that an operation of the script refuses is no input of the model's; one that the model refuses itself is
  // where the trace has lost an assertion. The example is an input in any case.
  if (scripted_raised && !scripted.own_raise && changed_elements(example_, leaves) != 0) return;
  const std::string_view name = traced_ ? "the trace" : "the replay";
  if (scripted_raised || other_raised) {
    evaluation.differs = true;
    evaluation.difference = Difference::raise;
    evaluation.text = scripted_raised ? fmt::format("the script raises {}, {} returns {}", *scripted.result.raised,
                                                    name, exec::describe(other.result.output))
                                      : fmt::format("the script returns {}, {} raises {}",
                                                    exec::describe(scripted.result.output), name, *other.result.raised);
    return;
  }
  std::vector<exec::Leaf> parts = exec::compare_values(scripted.result.output, other.result.output, request_.tolerance);
  if (scripted.result.changed_arguments || other.result.changed_arguments) {
    const exec::Value before = as_tuple(template_.arguments(leaves));
    const auto after = [&](const Run& run) {
      return run.result.changed_arguments ? *run.result.changed_arguments : before;
    };
    std::ranges::move(exec::compare_values(after(scripted), after(other), request_.tolerance, "arguments"),
                      std::back_inserter(parts));
  }
  const double magnitude = explained ? 0 : largest(scripted.result.output);
  for (const exec::Leaf& part : parts) {
    if (part.difference == Difference::none) continue;
    if (!explained && !beyond_rounding(part, magnitude, request_.tolerance)) continue;
    evaluation.differs = true;
    evaluation.difference = part.difference;
    evaluation.text =
        part.difference == Difference::value
            ? fmt::format("output `{}`, {}: {} of {} elements differ, by {:.3g} at most", part.name, part.reference,
                          part.elements.mismatched, part.elements.total, part.elements.max_abs.value_or(std::nan("")))
            : fmt::format("output `{}`: the script gives {}, {} {}", part.name, part.reference, name, part.candidate);
    return;
  }
}

bool Subject::any_change(const std::vector<Occurrence>& occurrences) const { return !changes(occurrences).empty(); }

Evaluation Subject::evaluate(const Leaves& leaves) {
  ++evaluations_;
  Evaluation evaluation;
  const bool first = on_example_.empty() && evaluations_ == 1;
  const Run scripted = run_scripted(leaves, first ? &on_example_ : &evaluation.occurrences);
  if (first) evaluation.occurrences = on_example_;
  const auto give_up = [&] {
    // Says nothing of the model when only the time was short.
    if (std::chrono::steady_clock::now() < deadline_) ++unfinished_;
    evaluation.unfinished = true;
    return evaluation;
  };
  if (scripted.end == Run::End::gave_up) return give_up();
  const Run other = run_other(leaves);
  if (other.end == Run::End::gave_up) return give_up();
  judge(scripted, other, leaves, !first && any_change(evaluation.occurrences), evaluation);
  return evaluation;
}

std::optional<Evaluation> Subject::confirm(const Leaves& leaves) {
  const auto run = [&](const std::string& path, bool all) {
    at::manual_seed(0);
    jit::Module model = load_on_cpu(path);
    std::vector<c10::IValue> arguments = template_.arguments(leaves);
    std::vector<c10::IValue> passed = arguments;
    if (!all) {
      passed.clear();
      for (const std::size_t index : to_traced_) passed.push_back(arguments[index]);
    }
    jit::Method method = model.get_method(request_.method);
    return guarded(arguments, [&] {
      std::vector<c10::IValue> bound;
      try {
        bound = bind_strictly(method, positional(passed));
      } catch (const InputError& error) {
        throw std::runtime_error(error.what());
      }
      for (std::size_t i = 0; i < passed.size(); ++i) {
        if (passed[i].isTensor()) bound[i] = passed[i];
      }
      return method(bound);
    });
  };
  // As PyTorch does it by default, and as `compare` does.
  Evaluation evaluation;
  for (const bool optimised : {true, false}) {
    jit::setGraphExecutorOptimize(optimised);
    const Run scripted = run(request_.scripted, true);
    const Run other = request_.traced ? run(*request_.traced, false) : run_other(leaves);
    jit::setGraphExecutorOptimize(false);
    evaluation = {};
    judge(scripted, other, leaves, true, evaluation);
    if (!evaluation.differs) return std::nullopt;
  }
  return evaluation;
}

std::vector<exec::Argument> Subject::given(const Leaves& leaves) const {
  return positional(template_.arguments(leaves));
}

std::vector<double> Subject::outcomes(const std::vector<Occurrence>& occurrences, std::size_t site) const {
  std::vector<double> found;
  for (const Occurrence& occurrence : occurrences) {
    if (occurrence.site == site) found.push_back(occurrence.outcome);
  }
  return found;
}

bool Subject::flipped(const std::vector<Occurrence>& occurrences, std::size_t site) const {
  const std::vector<double> now = outcomes(occurrences, site);
  const std::vector<double> then = outcomes(on_example_, site);
  if (now.size() != then.size()) return true;
  for (std::size_t i = 0; i < now.size(); ++i) {
    if (now[i] != then[i] && !(std::isnan(now[i]) && std::isnan(then[i]))) return true;
  }
  return false;
}

std::vector<std::string> Subject::unequal_state() const {
  std::vector<std::string> names;
  if (!traced_) return names;
  const std::map<std::string, at::Tensor> others = state_of(traced_->pristine());
  for (const auto& [name, tensor] : state_of(scripted_.pristine())) {
    const auto found = others.find(name);
    if (found == others.end()) continue;
    const at::Tensor& other = found->second;
    const bool comparable = tensor.sizes() == other.sizes() && tensor.options().type_equal(other.options());
    if (comparable && !same_values(tensor, other)) names.push_back(name);
  }
  return names;
}

std::string Subject::spell(std::size_t site, const std::vector<double>& outcomes) const {
  if (outcomes.empty()) return "not reached";
  const DecisionKind kind = sites_[site].kind;
  if (kind == DecisionKind::loop) {
    const bool conditions = std::ranges::all_of(outcomes, [](double x) { return x == 0 || x == 1; });
    if (!conditions || outcomes.back() != 0) return fmt::format("{} turns", outcomes.front());
    const auto turns = std::ranges::count(outcomes, 1.);
    return fmt::format("{} turn{}", turns, turns == 1 ? "" : "s");
  }
  constexpr std::size_t kMostShown = 6;
  std::string text;
  for (std::size_t i = 0; i < outcomes.size() && i < kMostShown; ++i) {
    if (i != 0) text += ", ";
    if (kind == DecisionKind::branch) {
      text += outcomes[i] != 0 ? "true" : "false";
    } else {
      text += fmt::format("{:.6g}", outcomes[i]);
    }
  }
  if (outcomes.size() > kMostShown) text += fmt::format(" and {} more", outcomes.size() - kMostShown);
  return text;
}

std::vector<ChangedDecision> Subject::changes(const std::vector<Occurrence>& occurrences) const {
  std::vector<ChangedDecision> changed;
  std::vector<bool> seen(sites_.size(), false);
  for (const auto* run : {&on_example_, &occurrences}) {
    for (const Occurrence& occurrence : *run) {
      if (seen[occurrence.site]) continue;
      seen[occurrence.site] = true;
      if (!flipped(occurrences, occurrence.site)) continue;
      const Site& site = sites_[occurrence.site];
      changed.push_back({site.kind, site.place, spell(occurrence.site, outcomes(on_example_, occurrence.site)),
                         spell(occurrence.site, outcomes(occurrences, occurrence.site))});
    }
  }
  return changed;
}

}  // namespace graphwitness::verify::worker
