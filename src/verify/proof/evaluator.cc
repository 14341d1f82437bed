#include "verify/proof/evaluator.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace graphwitness::proof {

Evaluator::Evaluator(const Graph& graph, Vocabulary& vocabulary)
    : graph_(graph),
      vocabulary_(vocabulary),
      terms_(vocabulary.terms),
      facts_(vocabulary.facts),
      modules_(graph),
      values_(graph.all_values().size()) {}

void Evaluator::stop(std::string why) const { throw NotUnderstood{node_, std::move(why)}; }

Symbolic& Evaluator::value(ValueId id) {
  if (!id) stop("an operand is missing");
  return values_[id.raw];
}

const Symbolic& Evaluator::operand(std::size_t index) {
  const auto operands = graph_[graph_[node_].operands];
  if (index >= operands.size()) stop("an operand is missing");
  const Symbolic& found = value(operands[index]);
  if (found.kind == Symbolic::Kind::undefined) stop("an operand has no value");
  return found;
}

std::size_t Evaluator::operands() const { return graph_[node_].operands.count; }

void Evaluator::set_result(std::size_t index, Symbolic result) {
  const auto results = graph_[graph_[node_].results];
  if (index < results.size() && results[index]) values_[results[index].raw] = result;
  if (result.kind == Symbolic::Kind::scalar) note_maker(result.term);
  if (result.kind == Symbolic::Kind::tensor) note_maker(memory_.cell(result.index).term);
}

NodeId Evaluator::maker(TermId term) const {
  const auto found = makers_.find(term.raw);
  return found == makers_.end() ? NodeId{} : found->second;
}

void Evaluator::note_maker(TermId term) { makers_.try_emplace(term.raw, node_); }

Symbolic Evaluator::make_input(const InputValue& input) {
  if (input.kind == InputValue::Kind::constant) return Symbolic::scalar(input.term);
  if (input.kind == InputValue::Kind::tensor) {
    const std::uint32_t storage = memory_.add_storage(SymbolicMemory::Storage::Owner::input);
    input_cells_.push_back(memory_.add_cell(input.term, storage));
    return Symbolic::of(Symbolic::Kind::tensor, input_cells_.back());
  }
  std::vector<Symbolic> items;
  for (const InputValue& item : input.items) items.push_back(make_input(item));
  const std::uint32_t container = memory_.add_container(std::move(items));
  frozen_.insert(container);
  const auto kind = input.kind == InputValue::Kind::list    ? Symbolic::Kind::list
                    : input.kind == InputValue::Kind::tuple ? Symbolic::Kind::tuple
                                                            : Symbolic::Kind::dict;
  return Symbolic::of(kind, container);
}

void Evaluator::run(FunctionId function, std::span<const InputValue> inputs) {
  const Function& called = graph_[function];
  const auto params = graph_[graph_[called.body].params];
  const std::size_t first = called.self && !params.empty() ? 1 : 0;
  if (called.self && !params.empty()) {
    values_[params[0].raw] = Symbolic::of(Symbolic::Kind::module, called.self.raw);
  }
  if (params.size() - first < inputs.size()) {
    stop(fmt::format("it takes {} arguments, the example has {}", params.size() - first, inputs.size()));
  }
  for (std::size_t i = first; i < params.size(); ++i) {
    if (i - first < inputs.size()) {
      values_[params[i].raw] = make_input(inputs[i - first]);
      continue;
    }
    const std::string_view name = graph_[graph_[params[i]].name];
    const auto defaults = graph_[called.defaults];
    const auto found = std::ranges::find_if(defaults, [&](const Attribute& one) { return graph_[one.name] == name; });
    if (found == defaults.end()) stop(fmt::format("the example has no argument `{}`", name));
    values_[params[i].raw] = constant(found->value);
    vocabulary_.assumptions.insert(Assumption::arguments);
  }
  frames_.push_back({.block = called.body});
  while (!frames_.empty()) step();
}

void Evaluator::finish() {
  node_ = {};
  for (const std::uint32_t cell : input_cells_) {
    if (memory_.cell(cell).stale) stop("a view of an input is written in place");
    if (memory_.storage_of(cell).written) vocabulary_.assumptions.insert(Assumption::memory);
    final_inputs_.push_back(memory_.cell(cell).term);
  }
}

void Evaluator::step() {
  Frame& frame = frames_.back();
  const auto nodes = graph_[graph_[frame.block].nodes];
  if (frame.next == nodes.size()) return leave_block();
  node_ = nodes[frame.next++];
  if (++steps_ > kMostSteps) stop("the loops are too long to be followed");
  evaluate();
}

void Evaluator::leave_block() {
  Frame& frame = frames_.back();
  const auto outputs = graph_[graph_[frame.block].outputs];
  node_ = frame.owner;
  if (!frame.owner) {
    for (const ValueId output : outputs) outputs_.push_back(value(output));
    frames_.pop_back();
    return finish();
  }
  if (frame.open) return leave_open_arm();
  std::vector<Symbolic> yielded;
  for (const ValueId output : outputs) yielded.push_back(value(output));
  if (graph_[graph_[frame.owner].op] == "prim::Loop") {
    const std::optional<bool> more = yielded.empty() || yielded[0].kind != Symbolic::Kind::scalar
                                         ? std::nullopt
                                         : terms_.boolean_of(yielded[0].term);
    if (!more) stop("whether the loop ends depends on values that this scope leaves open");
    const auto params = graph_[graph_[frame.block].params];
    for (std::size_t i = 1; i < yielded.size() && i < params.size(); ++i) values_[params[i].raw] = yielded[i];
    ++frame.loop.turn;
    if (*more && start_turn(frame)) return;
    frames_.pop_back();
    for (std::size_t i = 1; i < yielded.size(); ++i) set_result(i - 1, yielded[i]);
    return;
  }
  frames_.pop_back();
  for (std::size_t i = 0; i < yielded.size(); ++i) set_result(i, yielded[i]);
}

void Evaluator::enter_branch() {
  const auto blocks = graph_[graph_[node_].blocks];
  if (blocks.size() != 2) stop("the branch has no two arms");
  const Symbolic& condition = operand(0);
  if (condition.kind != Symbolic::Kind::scalar) stop("the condition is no flag");
  if (const auto known = terms_.boolean_of(condition.term)) {
    frames_.push_back({.block = blocks[*known ? 0 : 1], .owner = node_});
    return;
  }
  open_branches_.push_back(node_);
  OpenArm arm{.condition = condition.term, .first_cell = memory_.cells(), .first_container = memory_.containers()};
  frames_.push_back({.block = blocks[0], .owner = node_, .open = std::move(arm)});
}

void Evaluator::leave_open_arm() {
  Frame& frame = frames_.back();
  OpenArm& open = *frame.open;
  std::vector<Symbolic> yielded;
  if (!open.raised) {
    for (const ValueId output : graph_[graph_[frame.block].outputs]) yielded.push_back(value(output));
  }
  if (open.arm == 0) {
    OpenArm other{.condition = open.condition,
                  .arm = 1,
                  .first_cell = memory_.cells(),
                  .first_container = memory_.containers(),
                  .yielded = std::move(yielded),
                  .true_raised = open.raised};
    const BlockId block = graph_[graph_[frame.owner].blocks][1];
    const NodeId owner = frame.owner;
    frames_.pop_back();
    frames_.push_back({.block = block, .owner = owner, .open = std::move(other)});
    return;
  }
  const OpenArm done = std::move(open);
  frames_.pop_back();
  if (done.raised && done.true_raised) return raise();
  for (std::size_t i = 0; i < graph_[node_].results.count; ++i) {
    if (done.raised) {
      set_result(i, done.yielded[i]);
    } else if (done.true_raised) {
      set_result(i, yielded[i]);
    } else {
      set_result(i, merge(done.condition, done.yielded[i], yielded[i]));
    }
  }
}

Symbolic Evaluator::merge(TermId condition, const Symbolic& left, const Symbolic& right) {
  if (left == right) return left;
  if (left.kind == Symbolic::Kind::scalar && right.kind == Symbolic::Kind::scalar) {
    if (left.term == right.term) return left;
    return Symbolic::scalar(terms_.operation("choice", {condition, left.term, right.term}));
  }
  if (left.kind == Symbolic::Kind::tensor && right.kind == Symbolic::Kind::tensor) {
    const TermId chosen =
        read(left) == read(right) ? read(left) : terms_.operation("choice", {condition, read(left), read(right)});
    const std::uint32_t storage = memory_.join(memory_.cell(left.index).storage, memory_.cell(right.index).storage);
    return Symbolic::of(Symbolic::Kind::tensor, memory_.add_cell(chosen, storage));
  }
  if (left.kind == Symbolic::Kind::tuple && right.kind == Symbolic::Kind::tuple) {
    const std::vector<Symbolic> one = memory_.items(left.index);
    const std::vector<Symbolic> other = memory_.items(right.index);
    if (one.size() == other.size()) {
      std::vector<Symbolic> items;
      for (std::size_t i = 0; i < one.size(); ++i) items.push_back(merge(condition, one[i], other[i]));
      return Symbolic::of(Symbolic::Kind::tuple, memory_.add_container(std::move(items)));
    }
  }
  stop("the arms of a branch that this scope leaves open give different kinds of values");
}

void Evaluator::enter_loop() {
  const auto blocks = graph_[graph_[node_].blocks];
  if (blocks.size() != 1 || operands() < 2) stop("the loop is broken");
  const Symbolic count = operand(0);
  const Symbolic first = operand(1);
  const auto turns = count.kind == Symbolic::Kind::scalar ? terms_.integer_of(count.term) : std::nullopt;
  const auto enters = first.kind == Symbolic::Kind::scalar ? terms_.boolean_of(first.term) : std::nullopt;
  if (!turns || !enters) stop("how often the loop turns depends on values that this scope leaves open");
  const auto params = graph_[graph_[blocks[0]].params];
  for (std::size_t i = 2; i < operands(); ++i) {
    const Symbolic carried = operand(i);
    set_result(i - 2, carried);
    if (i - 1 < params.size()) values_[params[i - 1].raw] = carried;
  }
  if (!*enters) return;
  Frame frame{.block = blocks[0], .owner = node_, .loop = {.turn = 0, .turns = *turns}};
  if (start_turn(frame)) frames_.push_back(frame);
}

bool Evaluator::start_turn(Frame& frame) {
  if (frame.loop.turn >= frame.loop.turns) return false;
  frame.next = 0;
  const auto params = graph_[graph_[frame.block].params];
  if (!params.empty()) values_[params[0].raw] = Symbolic::scalar(terms_.integer(frame.loop.turn));
  return true;
}

const Evaluator::Frame* Evaluator::open_frame() const {
  for (auto frame = frames_.rbegin(); frame != frames_.rend(); ++frame) {
    if (frame->open) return &*frame;
  }
  return nullptr;
}

void Evaluator::raise() {
  if (open_frame() == nullptr) stop("it raises an error on every input of this scope");
  note_may_raise(terms_.operation("raise", {}));
  while (!frames_.back().open) frames_.pop_back();
  Frame& frame = frames_.back();
  frame.open->raised = true;
  frame.next = graph_[frame.block].nodes.count;
}

/// The term under the conditions of all open arms around it, the innermost first.
TermId Evaluator::guarded(TermId term) {
  for (auto frame = frames_.rbegin(); frame != frames_.rend(); ++frame) {
    if (!frame->open) continue;
    term = terms_.operation("when", {frame->open->condition, terms_.boolean(frame->open->arm == 0), term});
  }
  return term;
}

void Evaluator::note_may_raise(TermId term) {
  const TermId condition = guarded(term);
  may_raise_.insert(condition.raw);
  makers_.try_emplace(condition.raw, node_);
}

}  // namespace graphwitness::proof
