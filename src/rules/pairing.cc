#include "rules/pairing.h"

#include <algorithm>

#include "analysis/control_flow.h"
#include "analysis/operator_twins.h"
#include "graphwitness/support/error.h"
#include "ir/walk.h"

namespace graphwitness {
namespace {

enum class Making : std::uint8_t { scripted, unknown, traced };

/// What the method itself is, whatever the code that it calls is.
Making making_of(const Graph& graph, const Function& function) {
  switch (function.origin) {
    case Function::Origin::traced:
      return Making::traced;
    case Function::Origin::scripted:
      return Making::scripted;
    case Function::Origin::mixed:
      break;
    case Function::Origin::unknown:
    case Function::Origin::exported:
      return Making::unknown;
  }
  if (!function.self) return Making::unknown;
  const std::string name = std::string(graph[graph[function.self].type]) + "." + std::string(graph[function.name]);
  for (const Callable& callable : graph.callables()) {
    if (graph[callable.name] != name) continue;
    return callable.origin == Function::Origin::traced ? Making::traced : Making::scripted;
  }
  return Making::unknown;
}

/// A recorded method makes the archive a traced one: beside it, tracing keeps scripted methods as they are.
Making making_of(const Graph& graph) {
  Making making = Making::unknown;
  for (FunctionId function : graph.functions()) {
    const Making of_function = making_of(graph, graph[function]);
    if (of_function == Making::traced) return Making::traced;
    if (of_function == Making::scripted) making = Making::scripted;
  }
  return making;
}

bool yields_tensor(const Graph& graph, NodeId node) {
  const auto results = graph[graph[node].results];
  return !results.empty() && results[0] && graph[graph[results[0]].type].kind == Type::Kind::tensor;
}

bool computes(const Graph& graph, NodeId node) {
  return graph[node].blocks.count == 0 && yields_tensor(graph, node) && !is_plumbing(graph[graph[node].op]);
}

}  // namespace

std::optional<PairRoles> recording_of(const Graph& first, const Graph& second) {
  if (first.format() == Format::onnx || second.format() == Format::onnx) return std::nullopt;
  const Making one = making_of(first);
  const Making other = making_of(second);
  // A trace that recorded no operation does not tell that it is one.
  if (one == Making::scripted && other != Making::scripted) return PairRoles{&first, &second};
  if (other == Making::scripted && one != Making::scripted) return PairRoles{&second, &first};
  return std::nullopt;
}

PairRoles roles_of(const Graph& first, const Graph& second) {
  if (const auto roles = recording_of(first, second)) return *roles;
  if (first.format() == Format::onnx || second.format() == Format::onnx) {
    throw InputError("a pair with an ONNX model, expected a scripted and a traced TorchScript archive");
  }
  const Making one = making_of(first);
  if (one == Making::traced && making_of(second) == Making::traced) {
    throw InputError("both are traced, expected a scripted and a traced archive; what tracing lost is in neither");
  }
  if (one == Making::scripted) throw InputError("both are scripted, expected a scripted and a traced archive");
  throw InputError("neither is scripted, expected a scripted and a traced archive");
}

Pairing::Pairing(const Graph& scripted, const Graph& traced)
    : scripted_(scripted), traced_(traced), alignment_(scripted, traced) {}

Pairing::Computations Pairing::computations_in(BlockId block) const {
  struct Counter {
    const Pairing& pairing;
    Computations counted;
    void enter(BlockId) {}
    void visit(NodeId node) {
      if (!computes(pairing.scripted_, node)) return;
      ++counted.all;
      if (pairing.is_kept(node)) ++counted.kept;
    }
    void leave(BlockId) {}
  };
  Counter counter{*this, {}};
  walk(scripted_, block, counter);
  return counter.counted;
}

std::optional<std::uint32_t> Pairing::kept_arm(NodeId branch) const {
  const auto arms = scripted_[scripted_[branch].blocks];
  const Computations yes = computations_in(arms[0]);
  const Computations no = computations_in(arms[1]);
  if (yes.kept != 0 && no.kept != 0) return std::nullopt;
  if (yes.kept != 0) return 0;
  if (no.kept != 0) return 1;
  // One computes, and the trace has nothing of it: it took the one that computes nothing.
  if (!alignment_.has_lines() || (yes.all == 0) == (no.all == 0)) return std::nullopt;
  return yes.all == 0 ? 0 : 1;
}

std::optional<std::size_t> Pairing::kept_turns(NodeId loop) const {
  for (NodeId outer = loop; outer;) {
    outer = scripted_[scripted_[outer].parent].owner;
    if (outer && loop_form(scripted_, outer)) return std::nullopt;  // the turns of all of its runs
  }
  std::optional<std::size_t> turns;
  const BlockId body = scripted_[scripted_[loop].blocks][0];
  for (NodeId node : scripted_[scripted_[body].nodes]) {
    if (!computes(scripted_, node)) continue;
    turns = std::max(turns.value_or(0), alignment_.on_right(node).size());
  }
  return alignment_.has_lines() ? turns : std::nullopt;
}

}  // namespace graphwitness
