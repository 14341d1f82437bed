#include "analysis/alignment.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "analysis/alignment_side.h"
#include "analysis/common_row.h"
#include "analysis/constant_values.h"
#include "analysis/constants.h"
#include "analysis/operator_twins.h"

namespace graphwitness {
namespace {

/// Candidates that are weighed for one node: enough for what stands on one line, few enough to stay linear.
constexpr std::size_t kWeighed = 8;
/// How far lines of one expression may lie apart: a call over several lines has another line in each kind of graph.
constexpr std::uint32_t kNearLines = 4;

using Key = std::uint64_t (AlignmentSide::*)(NodeId) const;

/// Left nodes of one key, in order.
struct Group {
  std::vector<NodeId> nodes;
  std::size_t next = 0;
};

class Matcher {
 public:
  Matcher(const AlignmentSide& left, const AlignmentSide& right, std::vector<NodeId>& left_of)
      : left_(left), right_(right), left_of_(left_of), used_(left.graph().all_nodes().size(), 0) {}

  /// Matches right nodes that are still alone with left ones of the same key.
  void match_by(Key key, std::span<const NodeId> left, std::span<const NodeId> right, bool near_only = false) {
    std::unordered_map<std::uint64_t, Group> groups;
    for (NodeId node : left) {
      if (!is_free(node)) continue;
      const std::uint64_t hash = (left_.*key)(node);
      if (hash != AlignmentSide::kNoKey) groups[hash].nodes.push_back(node);
    }
    for (NodeId node : right) {
      if (left_of_[node.raw]) continue;
      const std::uint64_t hash = (right_.*key)(node);
      const auto group = hash == AlignmentSide::kNoKey ? groups.end() : groups.find(hash);
      if (group != groups.end()) match_in(group->second, node, near_only);
    }
  }

  /// Without lines: what uses a parameter that nothing else uses divides both orders; between, order alone counts.
  void match_by_order(std::span<const NodeId> left, std::span<const NodeId> right) {
    const auto anchors = find_anchors(left, right);
    std::size_t left_at = 0;
    std::size_t right_at = 0;
    for (const auto& [left_anchor, right_anchor] : anchors) {
      match_gap(left.subspan(left_at, left_anchor - left_at), right.subspan(right_at, right_anchor - right_at));
      match(left[left_anchor], right[right_anchor]);
      left_at = left_anchor + 1;
      right_at = right_anchor + 1;
    }
    match_gap(left.subspan(left_at), right.subspan(right_at));
  }

  /// Of two versions: what is equal to the letter first, in order; then, in the gaps, what is of one module and
  /// operator; then what is of one operator.
  void match_as_versions(std::span<const NodeId> left, std::span<const NodeId> right) {
    std::vector<Anchor> anchors;
    for (const Key key : {&AlignmentSide::by_all, &AlignmentSide::by_module, &AlignmentSide::by_operator}) {
      anchors = match_between(anchors, keys_of(left_, left, key), keys_of(right_, right, key));
    }
    for (const auto& [row, column] : anchors) match(left[row], right[column]);
    match_moved(left, right);
  }

 private:
  using Anchor = RowMatch;

  static std::vector<std::uint64_t> keys_of(const AlignmentSide& side, std::span<const NodeId> nodes, Key key) {
    std::vector<std::uint64_t> keys;
    keys.reserve(nodes.size());
    for (NodeId node : nodes) keys.push_back((side.*key)(node));
    return keys;
  }

  /// The anchors and, in the gaps between them, what has the same key.
  static std::vector<Anchor> match_between(const std::vector<Anchor>& anchors, std::span<const std::uint64_t> left,
                                           std::span<const std::uint64_t> right) {
    std::vector<Anchor> out;
    Anchor reached{0, 0};
    const auto fill_until = [&](std::size_t row, std::size_t column) {
      for (const auto& [more_row, more_column] : common_row(left.subspan(reached.first, row - reached.first),
                                                            right.subspan(reached.second, column - reached.second))) {
        out.emplace_back(reached.first + more_row, reached.second + more_column);
      }
    };
    for (const auto& [row, column] : anchors) {
      fill_until(row, column);
      out.emplace_back(row, column);
      reached = {row + 1, column + 1};
    }
    fill_until(left.size(), right.size());
    return out;
  }

  /// What uses a parameter that nothing else of its operator uses is the same wherever it stands.
  void match_moved(std::span<const NodeId> left, std::span<const NodeId> right) {
    const auto on_left = unique_keys(left_, left);
    for (const auto& [key, at] : unique_keys(right_, right)) {
      const auto found = on_left.find(key);
      if (found == on_left.end() || used_[left[found->second].raw] != 0 || left_of_[right[at].raw]) continue;
      match(left[found->second], right[at]);
    }
  }

  bool is_free(NodeId left) const { return used_[left.raw] == 0 || left_.is_in_loop(left); }

  void match(NodeId left, NodeId right) {
    left_of_[right.raw] = left;
    used_[left.raw] = 1;
  }

  void match_in(Group& group, NodeId right, bool near_only) {
    const std::size_t size = group.nodes.size();
    while (group.next < size && !is_free(group.nodes[group.next])) ++group.next;
    std::optional<std::size_t> best;
    int best_score = 0;
    for (std::size_t step = 0; step < std::min(size, kWeighed); ++step) {
      const std::size_t at = (group.next + step) % size;
      const NodeId candidate = group.nodes[at];
      if (!is_free(candidate) || (near_only && !is_near(candidate, right))) continue;
      const int score = likeness(candidate, right);
      if (best && score <= best_score) continue;
      best = at;
      best_score = score;
    }
    if (!best) return;
    match(group.nodes[*best], right);
    group.next = *best + 1;
    if (group.next == size) group.next = 0;
  }

  bool is_near(NodeId left, NodeId right) const {
    const std::uint32_t a = left_.line(left);
    const std::uint32_t b = right_.line(right);
    return std::max(a, b) - std::min(a, b) <= kNearLines;
  }

  /// How well the operands fit: computed by nodes that are matched, read from the same parameter, the same number.
  int likeness(NodeId left, NodeId right) const {
    int score = 0;
    for (const OperandPair& pair : operand_pairs(left_.graph(), left, right_.graph(), right)) {
      score += operand_likeness(left_.graph()[left_.graph()[left].operands][pair.left],
                                right_.graph()[right_.graph()[right].operands][pair.right]);
    }
    return score;
  }

  int operand_likeness(ValueId left, ValueId right) const {
    if (!left || !right) return 0;
    const NodeId left_maker = left_.computed_by(left);
    const NodeId right_maker = right_.computed_by(right);
    if (left_maker && right_maker) {
      const NodeId matched = left_of_[right_maker.raw];
      if (!matched) return 0;
      return matched == left_maker ? 3 : -1;
    }
    const std::uint64_t left_parameter = left_.parameter(left);
    const std::uint64_t right_parameter = right_.parameter(right);
    if (left_parameter != 0 && right_parameter != 0) return left_parameter == right_parameter ? 3 : -3;
    const auto left_number = constant_number(left_.graph(), left);
    const auto right_number = constant_number(right_.graph(), right);
    if (left_number && right_number) return *left_number == *right_number ? 2 : -2;
    return 0;
  }

  static std::unordered_map<std::uint64_t, std::size_t> unique_keys(const AlignmentSide& side,
                                                                    std::span<const NodeId> nodes) {
    std::unordered_map<std::uint64_t, std::size_t> position;
    std::unordered_set<std::uint64_t> repeated;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      const std::uint64_t key = side.by_parameters(nodes[i]);
      if (key != 0 && !position.try_emplace(key, i).second) repeated.insert(key);
    }
    for (std::uint64_t key : repeated) position.erase(key);
    return position;
  }

  /// The longest row of nodes with a key of their own that stand in the same order on both sides.
  std::vector<Anchor> find_anchors(std::span<const NodeId> left, std::span<const NodeId> right) const {
    const auto on_left = unique_keys(left_, left);
    const auto on_right = unique_keys(right_, right);
    std::vector<Anchor> pairs;
    for (const auto& [key, right_at] : on_right) {
      const auto found = on_left.find(key);
      if (found != on_left.end()) pairs.emplace_back(found->second, right_at);
    }
    std::ranges::sort(pairs, {}, &Anchor::second);
    return longest_rising(pairs);
  }

  /// In order: each right node takes the best of the next left ones of its operator, or one of a loop once more.
  void match_gap(std::span<const NodeId> left, std::span<const NodeId> right) {
    struct Places {
      std::vector<std::size_t> positions;
      std::size_t next = 0;
    };
    std::unordered_map<std::uint32_t, Places> by_kind;
    for (std::size_t i = 0; i < left.size(); ++i) {
      if (is_free(left[i])) by_kind[left_.kind(left[i])].positions.push_back(i);
    }
    std::size_t reached = 0;
    for (NodeId node : right) {
      const auto found = by_kind.find(right_.kind(node));
      if (left_of_[node.raw] || found == by_kind.end()) continue;
      Places& places = found->second;
      while (places.next < places.positions.size() && places.positions[places.next] < reached) ++places.next;
      const bool again = places.next == places.positions.size();
      const std::optional<std::size_t> best = best_place(left, places.positions, again ? 0 : places.next, node);
      if (!best) continue;
      match(left[*best], node);
      if (!again) reached = *best + 1;
    }
  }

  std::optional<std::size_t> best_place(std::span<const NodeId> left, const std::vector<std::size_t>& positions,
                                        std::size_t first, NodeId right) const {
    std::optional<std::size_t> best;
    int best_score = 0;
    for (std::size_t i = first; i < std::min(positions.size(), first + kWeighed); ++i) {
      const NodeId candidate = left[positions[i]];
      if (!is_free(candidate)) continue;
      const int score = likeness(candidate, right);
      if (best && score <= best_score) continue;
      best = positions[i];
      best_score = score;
    }
    return best;
  }

  const AlignmentSide& left_;
  const AlignmentSide& right_;
  std::vector<NodeId>& left_of_;
  std::vector<std::uint8_t> used_;  // by left node
};

bool mostly_has_lines(const AlignmentSide& side) {
  std::size_t with = 0;
  std::size_t all = 0;
  for (NodeId node : side.graph().all_nodes()) {
    if (side.kind(node) == AlignmentSide::kNoKind || passes_number(side.graph()[side.graph()[node].op])) continue;
    ++all;
    if (side.has_line(node)) ++with;
  }
  return with * 2 > all || all == 0;
}

/// An export has one graph, whatever the module calls its method.
void pair_main_functions(const Graph& left, const Graph& right, std::vector<FunctionId>& pairs) {
  const auto main_of = [](const Graph& graph) {
    FunctionId main;
    for (FunctionId function : graph.functions()) {
      if (!main || graph[graph[function].name] == "forward") main = function;
    }
    return main;
  };
  if (left.format() == right.format()) return;
  const FunctionId main = main_of(left);
  if (main && !pairs[main.raw]) pairs[main.raw] = main_of(right);
}

/// By name; where each side has only one, these.
std::vector<FunctionId> pair_functions(const Graph& left, const Graph& right) {
  std::vector<FunctionId> pairs(left.functions().size());
  if (left.functions().size() == 1 && right.functions().size() == 1) {
    pairs[0] = FunctionId{0};
    return pairs;
  }
  std::unordered_map<std::string_view, FunctionId> by_name;
  for (FunctionId function : right.functions()) by_name.try_emplace(right[right[function].name], function);
  for (FunctionId function : left.functions()) {
    const auto found = by_name.find(left[left[function].name]);
    if (found != by_name.end()) pairs[function.raw] = found->second;
  }
  pair_main_functions(left, right, pairs);
  return pairs;
}

}  // namespace

Alignment::Alignment(const Graph& left, const Graph& right, Relation relation)
    : left_of_(right.all_nodes().size()), function_of_(pair_functions(left, right)) {
  OperatorKinds kinds;
  const AlignmentSide left_side(left, kinds);
  const AlignmentSide right_side(right, kinds);
  has_lines_ = mostly_has_lines(left_side) && mostly_has_lines(right_side);
  Matcher matcher(left_side, right_side, left_of_);
  std::optional<Constants> constants;
  if (left.format() == Format::torchscript && right.format() == Format::onnx) constants.emplace(left);
  for (FunctionId function : left.functions()) {
    if (!function_of_[function.raw]) continue;
    std::vector<NodeId> on_left = left_side.nodes_of(function);
    // An exporter leaves out what the attributes of the module switch off.
    if (constants) std::erase_if(on_left, [&](NodeId node) { return constants->is_dead(left[node].parent); });
    const std::vector<NodeId> on_right = right_side.nodes_of(function_of_[function.raw]);
    if (relation == Relation::versions) {
      matcher.match_as_versions(on_left, on_right);
      continue;
    }
    using Side = AlignmentSide;
    matcher.match_by(&Side::by_assignment, on_left, on_right);
    matcher.match_by(&Side::by_stack, on_left, on_right);
    matcher.match_by(&Side::by_scope, on_left, on_right);
    matcher.match_by(&Side::by_line, on_left, on_right);
    matcher.match_by(&Side::by_user_stack, on_left, on_right);
    matcher.match_by(&Side::by_function, on_left, on_right, true);
    if (!has_lines_) matcher.match_by_order(on_left, on_right);
  }
  keep(left);
}

void Alignment::keep(const Graph& left) {
  first_.assign(left.all_nodes().size() + 1, 0);
  for (NodeId node : left_of_) {
    if (node) ++first_[node.raw + 1];
  }
  for (std::size_t i = 1; i < first_.size(); ++i) first_[i] += first_[i - 1];
  matches_.resize(first_.back());
  std::vector<std::uint32_t> next(first_.begin(), first_.end() - 1);
  for (std::uint32_t right = 0; right < left_of_.size(); ++right) {
    if (left_of_[right]) matches_[next[left_of_[right].raw]++] = NodeId{right};
  }
}

std::span<const NodeId> Alignment::on_right(NodeId left) const {
  return std::span(matches_).subspan(first_[left.raw], first_[left.raw + 1] - first_[left.raw]);
}

}  // namespace graphwitness
