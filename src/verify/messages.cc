#include "verify/messages.h"

#include <utility>

#include "exec/wire.h"
#include "graphwitness/support/error.h"

namespace graphwitness::verify {
namespace {

using exec::Value;
using Kind = Value::Kind;

[[noreturn]] void fail() { throw InputError("its worker answered with something that is no answer"); }

std::string encoded(const Value& value) {
  std::string bytes;
  exec::encode(value, bytes);
  return bytes;
}

Value whole(std::uint64_t number) { return Value::of(static_cast<std::int64_t>(number)); }

Value maybe(const std::optional<double>& number) { return number ? Value::of(*number) : Value{}; }

/// Takes the items of a list one after the other, each of the kind that is asked for.
class Items {
 public:
  explicit Items(Value& list) : items_(list.items) {
    if (list.kind != Kind::list) fail();
  }

  Value& next(Kind kind) {
    Value& item = any();
    if (item.kind != kind) fail();
    return item;
  }
  Value& any() {
    if (position_ >= items_.size()) fail();
    return items_[position_++];
  }
  std::string text() { return std::move(next(Kind::string).text); }
  std::int64_t integer() { return next(Kind::integer).integer; }
  std::uint64_t whole() { return static_cast<std::uint64_t>(integer()); }
  bool boolean() { return next(Kind::boolean).integer != 0; }
  std::optional<double> number() {
    const Value& item = any();
    if (item.kind == Kind::none) return std::nullopt;
    if (item.kind != Kind::floating) fail();
    return item.real;
  }
  template <typename Enum>
  Enum one_of(Enum last) {
    const std::int64_t value = integer();
    if (value < 0 || value > static_cast<std::int64_t>(last)) fail();
    return static_cast<Enum>(value);
  }
  bool done() const { return position_ == items_.size(); }

 private:
  std::vector<Value>& items_;
  std::size_t position_ = 0;
};

Value of_arguments(const std::vector<exec::Argument>& arguments) {
  std::vector<Value> items;
  for (const exec::Argument& argument : arguments) {
    items.push_back(Value::of(argument.name));
    items.push_back(argument.value);
  }
  return Value::list(std::move(items));
}

std::vector<exec::Argument> to_arguments(Value& list) {
  std::vector<exec::Argument> arguments;
  Items items(list);
  while (!items.done()) {
    std::string name = items.text();
    arguments.push_back({std::move(name), std::move(items.any())});
  }
  return arguments;
}

template <typename T>
Value of_enum(T value) {
  return Value::of(static_cast<std::int64_t>(value));
}

Value of_place(const Place& place) {
  return Value::list({Value::of(place.file), whole(place.line), whole(place.column), whole(place.end_column),
                      Value::of(place.function)});
}

Place to_place(Value& list) {
  Items items(list);
  Place place{.file = items.text()};
  place.line = static_cast<std::uint32_t>(items.whole());
  place.column = static_cast<std::uint32_t>(items.whole());
  place.end_column = static_cast<std::uint32_t>(items.whole());
  place.function = items.text();
  return place;
}

Value of_witness(const Witness& witness) {
  std::vector<Value> changed;
  for (const ChangedDecision& decision : witness.decisions) {
    changed.push_back(Value::list(
        {of_enum(decision.kind), of_place(decision.place), Value::of(decision.from), Value::of(decision.to)}));
  }
  return Value::list({of_arguments(witness.arguments), whole(witness.seed), Value::of(witness.against_trace),
                      of_enum(witness.difference), Value::of(witness.differs), Value::list(std::move(changed)),
                      whole(witness.changed_elements)});
}

Witness to_witness(Value& list) {
  Items items(list);
  Witness witness{.arguments = to_arguments(items.next(Kind::list))};
  witness.seed = items.whole();
  witness.against_trace = items.boolean();
  witness.difference = items.one_of(Difference::raise);
  witness.differs = items.text();
  Items changed(items.next(Kind::list));
  while (!changed.done()) {
    Items decision(changed.next(Kind::list));
    ChangedDecision& made = witness.decisions.emplace_back();
    made.kind = decision.one_of(DecisionKind::number);
    made.place = to_place(decision.next(Kind::list));
    made.from = decision.text();
    made.to = decision.text();
  }
  witness.changed_elements = items.whole();
  return witness;
}

Value of_decision(const DecisionReport& report) {
  return Value::list({of_enum(report.kind), of_place(report.place), Value::of(report.example),
                      Value::of(report.on_data), Value::of(report.on_shape), Value::of(report.on_argument),
                      Value::of(report.on_random), Value::of(report.flipped), Value::of(report.only_raises),
                      maybe(report.slack), Value::of(report.message)});
}

DecisionReport to_decision(Value& list) {
  Items items(list);
  DecisionReport report{.kind = items.one_of(DecisionKind::number)};
  report.place = to_place(items.next(Kind::list));
  report.example = items.text();
  report.on_data = items.boolean();
  report.on_shape = items.boolean();
  report.on_argument = items.boolean();
  report.on_random = items.boolean();
  report.flipped = items.boolean();
  report.only_raises = items.boolean();
  report.slack = items.number();
  report.message = items.text();
  return report;
}

Value of_report(const Report& report) {
  std::vector<Value> decisions;
  for (const DecisionReport& decision : report.decisions) decisions.push_back(of_decision(decision));
  std::vector<Value> reasons;
  for (const std::string& reason : report.reasons) reasons.push_back(Value::of(reason));
  std::vector<Value> probes;
  for (const Probe& probe : report.probes) {
    probes.push_back(Value::list({Value::of(probe.other_shapes), of_arguments(probe.arguments)}));
  }
  return Value::list({Value::of(report.example_differs), Value::list(std::move(decisions)), whole(report.evaluations),
                      Value::list(std::move(reasons)), Value::list(std::move(probes)), Value::of(report.cause)});
}

Report to_report(Value& list) {
  Items items(list);
  Report report{.example_differs = items.boolean()};
  Items decisions(items.next(Kind::list));
  while (!decisions.done()) report.decisions.push_back(to_decision(decisions.next(Kind::list)));
  report.evaluations = items.whole();
  Items reasons(items.next(Kind::list));
  while (!reasons.done()) report.reasons.push_back(reasons.text());
  Items probes(items.next(Kind::list));
  while (!probes.done()) {
    Items probe(probes.next(Kind::list));
    const bool other_shapes = probe.boolean();
    report.probes.push_back({.other_shapes = other_shapes, .arguments = to_arguments(probe.next(Kind::list))});
  }
  report.cause = items.text();
  return report;
}

Value of_progress(const SearchProgress& progress) {
  return Value::list({whole(progress.evaluations), whole(progress.flipped), whole(progress.decisions),
                      Value::of(static_cast<std::int64_t>(progress.elapsed.count()))});
}

SearchProgress to_progress(Value& list) {
  Items items(list);
  SearchProgress progress{.evaluations = items.whole()};
  progress.flipped = items.whole();
  progress.decisions = items.whole();
  progress.elapsed = std::chrono::milliseconds(items.integer());
  return progress;
}

}  // namespace

std::string encode_task(const Task& task) {
  const SearchRequest& request = task.request;
  std::vector<Value> calls;
  for (const auto& call : task.calls) calls.push_back(of_arguments(call));
  return encoded(Value::list(
      {Value::of(request.scripted), request.traced ? Value::of(*request.traced) : Value{}, Value::of(request.method),
       of_arguments(request.example), Value::of(static_cast<std::int64_t>(request.budget.count())), whole(request.seed),
       whole(request.evaluations), maybe(request.tolerance.relative), maybe(request.tolerance.absolute),
       Value::list(std::move(calls)), Value::of(task.threads), Value::of(request.probes)}));
}

Task decode_task(std::string_view bytes) {
  Value message = exec::decode(bytes);
  Items items(message);
  Task task;
  SearchRequest& request = task.request;
  request.scripted = items.text();
  const Value& traced = items.any();
  if (traced.kind == Kind::string) request.traced = traced.text;
  request.method = items.text();
  request.example = to_arguments(items.next(Kind::list));
  request.budget = std::chrono::milliseconds(items.integer());
  request.seed = items.whole();
  request.evaluations = items.whole();
  request.tolerance.relative = items.number();
  request.tolerance.absolute = items.number();
  Items calls(items.next(Kind::list));
  while (!calls.done()) task.calls.push_back(to_arguments(calls.next(Kind::list)));
  task.threads = items.integer();
  request.probes = items.boolean();
  return task;
}

std::string encode_answer(const Answer& answer) {
  std::vector<Value> items{Value::of(static_cast<std::int64_t>(answer.index()))};
  if (const auto* progress = std::get_if<SearchProgress>(&answer)) items.push_back(of_progress(*progress));
  if (const auto* found = std::get_if<WitnessAnswer>(&answer)) {
    items.push_back(Value::of(found->other_shapes));
    items.push_back(of_witness(found->witness));
  }
  if (const auto* report = std::get_if<Report>(&answer)) items.push_back(of_report(*report));
  if (const auto* refusal = std::get_if<Refusal>(&answer)) items.push_back(Value::of(refusal->text));
  return encoded(Value::list(std::move(items)));
}

Answer decode_answer(std::string_view bytes) {
  Value message = exec::decode(bytes);
  if (!bytes.empty()) fail();
  Items items(message);
  switch (items.integer()) {
    case 0:
      return to_progress(items.next(Kind::list));
    case 1: {
      WitnessAnswer answer{.other_shapes = items.boolean()};
      answer.witness = to_witness(items.next(Kind::list));
      return answer;
    }
    case 2:
      return to_report(items.next(Kind::list));
    case 3:
      return Refusal{items.text()};
    default:
      fail();
  }
}

}  // namespace graphwitness::verify
