#include "graphwitness/diff/diff.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <tuple>
#include <utility>

#include "analysis/alignment.h"
#include "analysis/constants.h"
#include "analysis/operator_twins.h"
#include "diff/losses.h"
#include "diff/lowered.h"
#include "diff/versions.h"
#include "rules/pairing.h"
#include "rules/run_export.h"

namespace graphwitness {
namespace {

using Kind = GraphChange::Kind;

/// Computes a tensor: how many Python numbers are handled on the way is up to the compiler.
bool counts(const Graph& graph, NodeId node) {
  const std::string_view op = graph[graph[node].op];
  if (op.empty() || is_plumbing(op) || passes_number(op) || graph[node].blocks.count > 0) return false;
  return std::ranges::any_of(graph[graph[node].results], [&](ValueId result) {
    if (!result) return false;
    const Type::Kind kind = graph[graph[result].type].kind;
    return kind == Type::Kind::tensor || graph.format() == Format::onnx;
  });
}

/// (operators that count, those with a counterpart) of the functions that both graphs have. Code that the attributes of
/// the module switch off is in neither graph, whatever the file says.
template <class IsCompared, class IsKept>
std::pair<std::size_t, std::size_t> count_kept(const Graph& graph, IsCompared is_compared, IsKept is_kept) {
  const Constants constants(graph);
  std::size_t all = 0;
  std::size_t kept = 0;
  for (NodeId node : graph.all_nodes()) {
    const BlockId block = graph[node].parent;
    if (!counts(graph, node) || constants.is_dead(block) || !is_compared(graph[block].function)) continue;
    ++all;
    if (is_kept(node)) ++kept;
  }
  return {all, kept};
}

KeptCounts count_kept(const Graph& left, const Graph& right, const Alignment& alignment, const Lowered& lowered = {}) {
  const auto is_lowered = [](const std::vector<bool>& nodes, NodeId node) { return !nodes.empty() && nodes[node.raw]; };
  std::vector<bool> compared(right.functions().size(), false);
  for (FunctionId function : left.functions()) {
    if (const FunctionId other = alignment.function_on_right(function)) compared[other.raw] = true;
  }
  KeptCounts counts;
  std::tie(counts.left, counts.left_kept) = count_kept(
      left, [&](FunctionId function) { return bool(alignment.function_on_right(function)); },
      [&](NodeId node) { return !alignment.on_right(node).empty() || is_lowered(lowered.left, node); });
  std::tie(counts.right, counts.right_kept) = count_kept(
      right, [&](FunctionId function) { return bool(compared[function.raw]); },
      [&](NodeId node) { return alignment.on_left(node) || is_lowered(lowered.right, node); });
  return counts;
}

NodeFate fate_in(const GraphChange& change) {
  switch (change.kind) {
    case Kind::frozen:
      return NodeFate::frozen;
    case Kind::op:
      return change.right_nodes.empty() ? NodeFate::changed : NodeFate::lost;
    case Kind::attribute:
    case Kind::wiring:
    case Kind::interface:
      return NodeFate::changed;
    default:
      return NodeFate::lost;
  }
}

/// What a picture needs: the fate of each left node, the counterpart of each right one.
void tell_fates(GraphDiff& diff, const Graph& left, const Graph& right, const Alignment& alignment) {
  diff.left_of.resize(right.all_nodes().size());
  for (NodeId node : right.all_nodes()) diff.left_of[node.raw] = alignment.on_left(node);
  diff.fates.assign(left.all_nodes().size(), NodeFate::kept);
  for (const GraphChange& change : diff.changes) {
    if (change.minor) continue;
    const auto tell = [&](NodeId node) {
      NodeFate fate = fate_in(change);
      if (fate == NodeFate::lost && !alignment.on_right(node).empty()) fate = NodeFate::changed;
      diff.fates[node.raw] = std::max(diff.fates[node.raw], fate);
    };
    std::ranges::for_each(change.left_nodes, tell);
    std::ranges::for_each(change.repeat_nodes, tell);
    for (NodeId node : change.right_nodes) {
      if (!alignment.on_left(node)) diff.added.push_back(node);
    }
  }
  std::ranges::sort(diff.added);
  diff.added.erase(std::unique(diff.added.begin(), diff.added.end()), diff.added.end());
}

}  // namespace

GraphDiff diff_graphs(const Graph& first, const Graph& second, std::span<const Rule* const> rules,
                      const std::string& source_root) {
  GraphDiff diff;
  const auto recording = recording_of(first, second);
  const bool is_export = is_export_pair(first, second);
  if (recording) diff.is_swapped = recording->scripted == &second;
  if (is_export) diff.is_swapped = first.format() == Format::onnx;
  const Graph& left = diff.is_swapped ? second : first;
  const Graph& right = diff.is_swapped ? first : second;
  if (recording) {
    const Pairing pairing(left, right);
    diff.changes = recording_changes(pairing, rules, source_root);
    diff.counts = count_kept(left, right, pairing.alignment());
    tell_fates(diff, left, right, pairing.alignment());
    return diff;
  }
  const Alignment alignment(left, right, Alignment::Relation::versions);
  if (is_export) {
    diff.changes = export_changes(left, right, alignment, rules, source_root);
  } else {
    diff.changes = interface_changes(left, right, alignment);
    std::ranges::move(version_changes(left, right, alignment), std::back_inserter(diff.changes));
  }
  diff.counts = count_kept(left, right, alignment, is_export ? lowered_operators(left, right, alignment) : Lowered{});
  tell_fates(diff, left, right, alignment);
  return diff;
}

}  // namespace graphwitness
