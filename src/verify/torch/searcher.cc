#include "verify/torch/searcher.h"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <set>

#include "graphwitness/support/error.h"
#include "verify/torch/shapes.h"
#include "verify/torch/shrink.h"

namespace graphwitness::verify::worker {
namespace {

constexpr int kMostSteps = 40;        ///< of one descent
constexpr int kMostWanderings = 120;  ///< of one attack where slopes do not lead
constexpr std::size_t kMostSites = 64;
constexpr std::uint64_t kMostUnconfirmed = 12;
constexpr std::size_t kMostReasons = 12;
constexpr std::size_t kFirstProbes = 8;  ///< of each scope
constexpr std::size_t kMostProbes = 24;
constexpr std::size_t kMostRandomShapes = 24;
constexpr std::chrono::milliseconds kBetweenWords{200};
constexpr std::chrono::milliseconds kMostShrinking{4000};
constexpr std::uint64_t kMostShrinkTries = 800;

double number(const at::Tensor& slack) { return slack.detach().item().toDouble(); }

std::string spell(const Place& place) {
  if (place.file.empty()) return "at an unknown place";
  return fmt::format("at {}:{}", place.file, place.line);
}

std::string_view verb(DecisionKind kind) {
  switch (kind) {
    case DecisionKind::branch:
      return "the branch";
    case DecisionKind::loop:
      return "the loop";
    case DecisionKind::number:
      break;
  }
  return "the number read";
}

bool any_empty(const Leaves& leaves) {
  return std::ranges::any_of(leaves,
                             [](const c10::IValue& leaf) { return is_tensor(leaf) && leaf.toTensor().numel() == 0; });
}

/// Inputs that take part in gradients, and the leaves to ask for them.
struct Tracked {
  std::vector<c10::IValue> arguments{};
  std::vector<at::Tensor> variables{};
  std::vector<std::size_t> of{};  ///< the leaf that each variable is
};

Tracked track(const Template& form, const Leaves& leaves) {
  Tracked tracked;
  const at::AutoGradMode gradients(true);
  Leaves made = copy(leaves);
  for (std::size_t i = 0; i < made.size(); ++i) {
    if (!is_float_tensor(made[i])) continue;
    at::Tensor variable = made[i].toTensor();
    variable.requires_grad_(true);
    tracked.variables.push_back(variable);
    tracked.of.push_back(i);
    made[i] = variable.clone();  // so that the model may write into it
  }
  tracked.arguments = form.wrap(made);
  return tracked;
}

}  // namespace

Searcher::Searcher(const SearchRequest& request, Subject& subject, std::function<void(const Answer&)> tell)
    : request_(request),
      subject_(subject),
      tell_(std::move(tell)),
      random_(request.seed),
      started_(Clock::now()),
      deadline_(started_ + request.budget),
      last_said_(started_),
      counts_(request.evaluations != 0) {}

bool Searcher::over() const {
  if (counts_) return subject_.evaluations() >= request_.evaluations;
  return Clock::now() > deadline_;
}

/// A part of what is left of the time: the example alone may have taken much of it.
Searcher::Clock::time_point Searcher::after(double part) const {
  const auto now = Clock::now();
  const std::chrono::duration<double> left = std::max(deadline_ - now, Clock::duration::zero());
  return now + std::chrono::duration_cast<Clock::duration>(left * part);
}

/// As that of the example, by the number of elements.
Searcher::Clock::duration Searcher::expected_cost(const Leaves& leaves) const {
  const double part = static_cast<double>(elements(leaves)) /
                      static_cast<double>(std::max<std::int64_t>(elements(subject_.example()), 1));
  return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(cost_of_example_) * part);
}

void Searcher::say_progress() {
  const auto now = Clock::now();
  if (now - last_said_ < kBetweenWords) return;
  last_said_ = now;
  SearchProgress progress{.evaluations = subject_.evaluations()};
  for (std::size_t i = 0; i < subject_.sites().size(); ++i) {
    ++progress.decisions;
    if (i < flipped_.size() && flipped_[i]) ++progress.flipped;
  }
  progress.elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(now - started_);
  tell_(progress);
}

bool Searcher::note(const std::vector<Occurrence>& occurrences) {
  flipped_.resize(subject_.sites().size(), false);
  slack_.resize(subject_.sites().size());
  std::set<std::size_t> sites;
  for (const Occurrence& occurrence : occurrences) {
    sites.insert(occurrence.site);
    if (!occurrence.slack.defined()) continue;
    const double distance = std::abs(number(occurrence.slack));
    std::optional<double>& least = slack_[occurrence.site];
    if (std::isfinite(distance)) least = std::min(least.value_or(distance), distance);
  }
  bool turned = false;
  for (const std::size_t site : sites) {
    if (flipped_[site] || !subject_.flipped(occurrences, site)) continue;
    flipped_[site] = true;
    turned = true;
  }
  return turned;
}

void Searcher::keep_probe(bool other_shapes, const Leaves& leaves, bool turned) {
  if (!request_.probes || probes_.size() == kMostProbes) return;
  std::size_t& first = kept_[other_shapes ? 1 : 0];
  if (!turned && first == kFirstProbes) return;
  if (!turned) ++first;
  probes_.push_back({.other_shapes = other_shapes, .arguments = subject_.given(leaves)});
}

bool Searcher::test(const Leaves& leaves, bool related) {
  say_progress();
  const bool other = !same_shapes(subject_.example(), leaves);
  Evaluation evaluation = subject_.evaluate(leaves);
  ++tried_[other ? 1 : 0];
  const bool turned = note(evaluation.occurrences);
  const bool agreed = !evaluation.differs && !evaluation.unfinished && !evaluation.reference_raised;
  if (agreed && related) keep_probe(other, leaves, turned);
  if (!evaluation.differs || done(other)) return evaluation.differs;
  // Sizes that no longer fit each other, or no data at all, are the caller's mistake where the script says so.
  if (evaluation.reference_raised && other && (!related || any_empty(leaves))) return false;
  if (unconfirmed_ >= kMostUnconfirmed) return false;
  if (!confirmed(leaves, evaluation)) return false;
  found_[other ? 1 : 0] = Found{copy(leaves), std::move(evaluation)};
  send(other, *found_[other ? 1 : 0]);
  return true;
}

bool Searcher::confirmed(const Leaves& leaves, Evaluation& evaluation) {
  const std::optional<Evaluation> again = subject_.confirm(leaves);
  if (!again) {
    ++unconfirmed_;
    return false;
  }
  evaluation.difference = again->difference;
  evaluation.text = again->text;
  evaluation.reference_raised = again->reference_raised;
  return true;
}

void Searcher::send(bool other, const Found& found) {
  WitnessAnswer answer{.other_shapes = other};
  answer.witness.arguments = subject_.given(found.leaves);
  answer.witness.seed = request_.seed;
  answer.witness.against_trace = request_.traced.has_value();
  answer.witness.difference = found.evaluation.difference;
  answer.witness.differs = found.evaluation.text;
  answer.witness.decisions = subject_.changes(found.evaluation.occurrences);
  answer.witness.changed_elements = changed_elements(subject_.example(), found.leaves);
  tell_(answer);
}

void Searcher::try_example() {
  const auto before = Clock::now();
  Evaluation evaluation = subject_.evaluate(subject_.example());
  cost_of_example_ = Clock::now() - before;
  ++tried_[0];
  if (evaluation.unfinished && over()) return;
  if (evaluation.unfinished) throw InputError("the scripted model does not come to an end on the example");
  if (evaluation.reference_raised && !(evaluation.differs && request_.traced)) {
    throw InputError("the scripted model raises on the example: " + evaluation.raised);
  }
  note(evaluation.occurrences);
  if (!evaluation.differs) return;
  if (!confirmed(subject_.example(), evaluation)) return;
  example_differs_ = true;
  found_[0] = Found{copy(subject_.example()), std::move(evaluation)};
  send(false, *found_[0]);
}

void Searcher::try_boundaries() {
  // A slow model's time is not all spent here.
  const auto until = after(0.3);
  for (const Leaves& leaves : boundary_inputs(subject_.example(), harvest_, random_)) {
    if (done(false) || over(until)) return;
    test(leaves);
  }
}

void Searcher::try_first_shapes() {
  const auto until = after(0.3);
  for (const Reshaping& shape : first_shapes(subject_.example(), subject_.compared_sizes())) {
    if (done(true) || over(until)) return;
    try_shape(shape);
  }
}

void Searcher::try_shape(const Reshaping& shape) {
  test(reshaped(subject_.example(), shape), shape.related);
  // Data that tells at the old shapes may tell at others.
  if (done(true) || !done(false) || !shape.related) return;
  Leaves leaves = reshaped(found_[0]->leaves, shape);
  if (!same_shapes(subject_.example(), leaves)) test(leaves);
}

void Searcher::try_shapes() {
  const auto until = after(0.6);
  const std::vector<Reshaping> shapes = other_shapes(subject_.example(), harvest_);
  for (const Reshaping& shape : shapes) {
    if (done(true) || over(until)) return;
    try_shape(shape);
  }
  std::size_t count = 0;
  for (const Reshaping& shape : shapes) {
    if (done(true) || over(until) || count == kMostRandomShapes) return;
    if (!shape.related) continue;
    test(random_like(reshaped(subject_.example(), shape), random_, 1));
    ++count;
  }
}

std::optional<Occurrence> Searcher::nearest(const std::vector<Occurrence>& occurrences, std::size_t site) const {
  std::optional<Occurrence> best;
  double least = std::numeric_limits<double>::infinity();
  for (const Occurrence& occurrence : occurrences) {
    if (occurrence.site != site || !occurrence.slack.defined() || occurrence.slack.numel() != 1) continue;
    const double distance = std::abs(number(occurrence.slack));
    if (!(distance < least)) continue;
    least = distance;
    best = occurrence;
  }
  return best;
}

void Searcher::go_beyond(const Leaves& from, const Leaves& to) {
  for (const double factor : {1.5, 3., 10., 100.}) {
    if (done(false) || over()) return;
    Leaves leaves = copy(to);
    for (std::size_t i = 0; i < leaves.size(); ++i) {
      if (!is_float_tensor(leaves[i])) continue;
      const at::Tensor start = from[i].toTensor();
      leaves[i] = start + (to[i].toTensor() - start) * factor;
    }
    test(leaves);
  }
}

/// Newton's steps on the slack, shorter ones where it does not shrink.
bool Searcher::descend(std::size_t site, const Leaves& start) {
  Leaves at = copy(start);
  double length = 1;
  double last = std::numeric_limits<double>::infinity();
  for (int step = 0; step < kMostSteps && !over(); ++step) {
    say_progress();
    Tracked tracked = track(subject_.form(), at);
    const std::vector<Occurrence> occurrences = subject_.observe(std::move(tracked.arguments));
    note(occurrences);
    if (subject_.flipped(occurrences, site)) {
      if (!test(at)) go_beyond(start, at);
      return true;
    }
    const auto occurrence = nearest(occurrences, site);
    if (!occurrence || !occurrence->slack.requires_grad()) return false;
    const double slack = number(occurrence->slack);
    length = std::abs(slack) > last * 0.999 ? length * 0.5 : std::min(length * 1.3, 8.);
    if (length < 1e-3) return false;
    last = std::abs(slack);
    const at::AutoGradMode gradients(true);
    std::vector<at::Tensor> slopes;
    try {
      slopes = torch::autograd::grad({occurrence->slack.reshape({})}, tracked.variables, {}, false, false, true);
    } catch (const std::exception&) {
      return false;
    }
    double norm = 0;
    for (const at::Tensor& slope : slopes) {
      if (slope.defined()) norm += slope.detach().to(at::kDouble).nan_to_num(0, 0, 0).square().sum().item().toDouble();
    }
    if (!(norm > 1e-24) || !std::isfinite(norm)) return false;
    const double beyond = 0.05 * std::abs(slack) + 1e-3;
    const double wanted = (std::abs(slack) + beyond) * (slack > 0 ? -1 : 1);
    const c10::NoGradGuard no_gradients;
    for (std::size_t k = 0; k < slopes.size(); ++k) {
      if (!slopes[k].defined()) continue;
      const at::Tensor tensor = at[tracked.of[k]].toTensor();
      at[tracked.of[k]] =
          (tensor + slopes[k].detach().nan_to_num(0, 0, 0) * (wanted / norm * length)).to(tensor.scalar_type());
    }
  }
  return false;
}

/// Where no slope leads: steps at random, kept where they come nearer, and longer ones where they kept being kept.
void Searcher::wander(std::size_t site, const Leaves& start) {
  Leaves at = copy(start);
  const auto look = [&](const Leaves& leaves) {
    std::vector<Occurrence> occurrences = subject_.observe(subject_.form().arguments(leaves));
    note(occurrences);
    return occurrences;
  };
  const auto distance_of = [&](const std::vector<Occurrence>& occurrences) {
    const auto occurrence = nearest(occurrences, site);
    return occurrence ? number(occurrence->slack) : std::numeric_limits<double>::quiet_NaN();
  };
  std::vector<std::size_t> movable;
  for (std::size_t i = 0; i < at.size(); ++i) {
    const bool tensor = is_tensor(at[i]) && at[i].toTensor().numel() != 0;
    if (tensor || at[i].isInt() || at[i].isDouble() || at[i].isBool()) movable.push_back(i);
  }
  if (movable.empty()) return;
  double slack = distance_of(look(at));
  for (int trial = 0; trial < kMostWanderings && !over(); ++trial) {
    say_progress();
    Leaves tried = copy(at);
    const auto pick = [&](std::size_t count) {
      return static_cast<std::size_t>(random_.between(0, static_cast<std::int64_t>(count) - 1));
    };
    const std::size_t chosen = movable[pick(movable.size())];
    c10::IValue& leaf = tried[chosen];
    std::int64_t index = 0;
    bool whole = false;
    if (leaf.isTensor()) {
      at::Tensor tensor = leaf.toTensor().contiguous();
      index = static_cast<std::int64_t>(pick(static_cast<std::size_t>(tensor.numel())));
      at::Tensor flat = tensor.view({-1});
      whole = at::isIntegralType(tensor.scalar_type(), false);
      if (tensor.scalar_type() == at::kBool) {
        flat[index].logical_not_();
      } else if (whole) {
        const bool known = !harvest_.integers.empty() && random_.uniform() < 0.3;
        if (known) {
          flat[index].fill_(harvest_.integers[pick(harvest_.integers.size())]);
        } else {
          flat[index].add_(random_.uniform() < 0.5 ? 1 : -1);
        }
      } else if (random_.uniform() < 0.5) {
        flat[index].add_(random_.normal() * std::pow(10., static_cast<double>(random_.between(-1, 3))));
      } else {
        const double scale = std::pow(10., static_cast<double>(random_.between(-1, 2)));
        flat.add_(random_like({c10::IValue(flat)}, random_, scale)[0].toTensor());
      }
      leaf = tensor;
    } else if (leaf.isInt()) {
      leaf = leaf.toInt() + (random_.uniform() < 0.5 ? 1 : -1);
    } else if (leaf.isDouble()) {
      leaf = leaf.toDouble() + random_.normal() * std::pow(10., static_cast<double>(random_.between(-1, 3)));
    } else {
      leaf = !leaf.toBool();
    }
    std::vector<Occurrence> occurrences = look(tried);
    if (subject_.flipped(occurrences, site)) {
      test(tried);
      if (done(false)) return;
      continue;
    }
    const double now = distance_of(occurrences);
    // An integer that moved the slack evenly moves it all the way.
    if (whole && std::isfinite(now) && std::isfinite(slack) && now != slack) {
      const double before = at[chosen].toTensor().reshape({-1})[index].item().toDouble();
      const double after = tried[chosen].toTensor().reshape({-1})[index].item().toDouble();
      const double slope = (now - slack) / (after - before);
      for (const double extra : {0., 1., -1.}) {
        Leaves jump = copy(at);
        at::Tensor tensor = jump[chosen].toTensor().contiguous();
        const double value = std::round(before - slack / slope) + extra;
        if (after == before || std::abs(value) > 1e9) break;
        tensor.view({-1})[index].fill_(value);
        jump[chosen] = tensor;
        if (test(jump) && done(false)) return;
      }
    }
    if (std::isfinite(now) && !(std::abs(now) > std::abs(slack))) {
      at = std::move(tried);
      slack = now;
    }
  }
}

void Searcher::attack(std::size_t site, bool /*other_shapes*/) {
  const Leaves& example = subject_.example();
  std::vector<Leaves> starts{copy(example)};
  for (const double scale : {1., 0.1, 10.}) starts.push_back(random_like(example, random_, scale));
  bool led = false;
  for (const Leaves& start : starts) {
    if (done(false) || over()) return;
    led = descend(site, start) || led;
  }
  if (!done(false) && !led) wander(site, example);
}

void Searcher::attack_all() {
  std::vector<std::size_t> sites;
  for (std::size_t i = 0; i < subject_.sites().size(); ++i) {
    const Site& site = subject_.sites()[i];
    const bool ours = (site.from & (kOnData | kOnArgument)) != 0;
    if (ours && site.kind != DecisionKind::number && sites.size() < kMostSites) sites.push_back(i);
  }
  // Those that never turned first.
  std::stable_partition(sites.begin(), sites.end(),
                        [&](std::size_t site) { return site >= flipped_.size() || !flipped_[site]; });
  for (const std::size_t site : sites) {
    if (done(false) || over()) return;
    attack(site, false);
  }
}

void Searcher::settle(bool other, Found found) {
  std::uint64_t tries = 0;
  const auto until = Clock::now() + kMostShrinking;
  Evaluation last = found.evaluation;
  const auto still = [&](const Leaves& leaves) {
    if (++tries > kMostShrinkTries || (!counts_ && Clock::now() + expected_cost(leaves) > until)) return false;
    if (same_shapes(subject_.example(), leaves) == other) return false;
    say_progress();
    Evaluation evaluation = subject_.evaluate(leaves);
    note(evaluation.occurrences);
    // Not another way to fail: a witness of numbers does not turn into one of errors.
    const bool raises = evaluation.difference == Difference::raise && found.evaluation.difference != Difference::raise;
    if (!evaluation.differs || raises) return false;
    last = std::move(evaluation);
    return true;
  };
  Leaves small = other ? shrink_shapes(subject_.example(), copy(found.leaves), still)
                       : shrink_elements(subject_.example(), copy(found.leaves), harvest_, still);
  Evaluation evaluation = subject_.evaluate(small);
  if (!evaluation.differs || !confirmed(small, evaluation)) return;
  found_[other ? 1 : 0] = Found{std::move(small), std::move(evaluation)};
  send(other, *found_[other ? 1 : 0]);
}

/// What was made small is often far beyond where the decision turns, and so tells where it is cut to other shapes.
void Searcher::try_shapes_of_witness() {
  for (const Reshaping& shape : other_shapes(subject_.example(), harvest_)) {
    if (done(true) || over()) return;
    Leaves leaves = reshaped(found_[0]->leaves, shape);
    if (shape.related && !same_shapes(subject_.example(), leaves)) test(leaves);
  }
}

void Searcher::finish() {
  if (found_[0] && !example_differs_) settle(false, *found_[0]);
  if (found_[0] && !found_[1]) try_shapes_of_witness();
  if (found_[1]) settle(true, *found_[1]);
}

std::string Searcher::reason_for(bool other_shapes) {
  const std::string_view scope = other_shapes ? "other shapes" : "same shapes";
  std::size_t open = 0;
  std::size_t turned = 0;
  for (std::size_t i = 0; i < subject_.sites().size(); ++i) {
    const Site& site = subject_.sites()[i];
    const std::uint8_t wanted = other_shapes ? kOnShape | kOnData : kOnData | kOnArgument;
    if ((site.from & wanted) == 0) continue;
    if (i < flipped_.size() && flipped_[i]) {
      ++turned;
    } else {
      ++open;
    }
  }
  if (tried_[other_shapes ? 1 : 0] == 0) return fmt::format("{}: no input was tried", scope);
  if (open + turned == 0) {
    return fmt::format(
        "{}: no decision of the script depends on what can differ there, and the outputs agreed on every input tried",
        scope);
  }
  return fmt::format("{}: {} decision{} came out both ways without a difference in the outputs, {} never turned", scope,
                     turned, turned == 1 ? "" : "s", open);
}

std::string Searcher::unequal_state() {
  const std::vector<std::string> names = subject_.unequal_state();
  if (names.empty()) return {};
  if (names.size() == 1) return fmt::format("`{}` holds other values in the two archives as they are saved", names[0]);
  return fmt::format("`{}` and {} more parameters and buffers hold other values in the two archives as they are saved",
                     names[0], names.size() - 1);
}

Report Searcher::report() {
  Report report{.example_differs = example_differs_, .evaluations = subject_.evaluations()};
  flipped_.resize(subject_.sites().size(), false);
  slack_.resize(subject_.sites().size());
  std::size_t left_out = 0;
  for (std::size_t i = 0; i < subject_.sites().size(); ++i) {
    const Site& site = subject_.sites()[i];
    DecisionReport decision{.kind = site.kind, .place = site.place};
    const std::vector<double> then = subject_.outcomes(subject_.on_example(), i);
    decision.example = subject_.spell(i, then);
    decision.on_data = (site.from & kOnData) != 0;
    decision.on_shape = (site.from & kOnShape) != 0;
    decision.on_argument = (site.from & kOnArgument) != 0;
    decision.on_random = (site.from & kOnRandom) != 0;
    decision.flipped = flipped_[i];
    decision.only_raises = site.only_raises;
    decision.slack = slack_[i];
    const std::string where = spell(site.place);
    if (decision.flipped) {
      decision.message =
          fmt::format("{} {} came out otherwise than on the example ({})", verb(site.kind), where, decision.example);
    } else if (decision.slack) {
      decision.message = fmt::format("{} {} stayed as on the example ({}); the nearest that the search came is {:.3g}",
                                     verb(site.kind), where, decision.example, *decision.slack);
    } else {
      decision.message = fmt::format("{} {} stayed as on the example ({}) on every input tried", verb(site.kind), where,
                                     decision.example);
    }
    if (!decision.flipped && !(found_[0] && found_[1]) && site.kind != DecisionKind::number) {
      if (report.reasons.size() < kMostReasons) {
        report.reasons.push_back(decision.message);
      } else {
        ++left_out;
      }
    }
    report.decisions.push_back(std::move(decision));
  }
  if (left_out != 0) report.reasons.push_back(fmt::format("and {} more decisions that never turned", left_out));
  for (const bool other : {false, true}) {
    if (!done(other)) report.reasons.push_back(reason_for(other));
  }
  if (subject_.unfinished() != 0) {
    report.reasons.push_back(fmt::format("{} inputs were given up, because the model did not come to an end on them",
                                         subject_.unfinished()));
  }
  if (unconfirmed_ != 0) {
    report.reasons.push_back(
        fmt::format("{} differences did not show again on freshly loaded models and do not count", unconfirmed_));
  }
  if (over() && !(done(false) && done(true))) {
    report.reasons.push_back(counts_ ? fmt::format("the search ended after {} evaluations", request_.evaluations)
                                     : fmt::format("the time was spent; `--budget` gives more than {} s",
                                                   std::chrono::duration<double>(request_.budget).count()));
  }
  report.probes = std::move(probes_);
  if (found_[0] || found_[1]) report.cause = unequal_state();
  return report;
}

Report Searcher::run() {
  if (!counts_) subject_.set_deadline(deadline_ + std::chrono::seconds(5));
  if (const std::string why = subject_.why_not(); !why.empty()) {
    Report nothing;
    nothing.reasons.push_back(why);
    return nothing;
  }
  harvest_ = harvest(subject_.scripted(), request_.method);
  if (!request_.traced) {
    try {
      subject_.record();
    } catch (const GivenUp&) {
      throw InputError("the scripted model does not come to an end on the example");
    }
  }
  try_example();
  if (over()) return report();
  // What raises on its own example has nothing further to say.
  if (found_[0] && found_[0]->evaluation.reference_raised) return report();
  // First, since these are few, and cheap where one run of the example is not.
  try_first_shapes();
  if (!done(false)) try_boundaries();
  try_shapes();
  // How far each decision was from turning.
  if (!over()) note(subject_.observe(subject_.form().arguments(subject_.example())));
  if (!done(false)) attack_all();
  finish();
  return report();
}

}  // namespace graphwitness::verify::worker
