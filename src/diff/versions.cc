#include "diff/versions.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "analysis/control_flow.h"
#include "analysis/operator_twins.h"
#include "analysis/operators.h"
#include "diff/operands.h"
#include "diff/places.h"
#include "graphwitness/ir/text.h"
#include "ir/walk.h"
#include "rules/output_structure.h"
#include "support/quote.h"

namespace graphwitness {
namespace {

using Kind = GraphChange::Kind;
using Side = ChangeLine::Side;

constexpr std::size_t kNamedOperators = 6;

/// Operators without a counterpart between two that have one.
struct Gap {
  std::vector<NodeId> left;
  std::vector<NodeId> right;
};

/// "`aten::relu`, `aten::mul` and 3 more"
std::string names_of(const Graph& graph, const std::vector<NodeId>& nodes) {
  std::string text;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (i == kNamedOperators) return text + " and " + std::to_string(nodes.size() - i) + " more";
    if (i > 0) text += ", ";
    text += quote(graph[graph[nodes[i]].op]);
  }
  return text;
}

/// Size arithmetic and checks on Python numbers: another compiler or another trace writes more or less of it.
bool is_bookkeeping(const Graph& graph, NodeId node) {
  const auto results = graph[graph[node].results];
  if (graph[node].blocks.count > 0 || results.empty()) return false;
  return std::ranges::all_of(results,
                             [&](ValueId result) { return result && is_scalar_like(graph, graph[result].type); });
}

/// How often each operator of a line and module instance occurs: a loop that was unrolled shows it.
class TurnCounts {
 public:
  void add(const Graph& graph, NodeId node, bool is_left) {
    const std::optional<Key> key = key_of(graph, node);
    if (key) ++(is_left ? counts_[*key].first : counts_[*key].second);
  }

  /// (left turns, right turns), when nodes of one side are all that one side's turns have more than the other's.
  std::optional<std::pair<std::size_t, std::size_t>> turns(const Graph& graph, std::span<const NodeId> nodes) const {
    std::optional<std::pair<std::size_t, std::size_t>> turns;
    std::set<Key> keys;
    for (NodeId node : nodes) {
      const std::optional<Key> key = key_of(graph, node);
      const auto found = key ? counts_.find(*key) : counts_.end();
      if (found == counts_.end() || (turns && *turns != found->second)) return std::nullopt;
      turns = found->second;
      keys.insert(*key);
    }
    if (!turns || turns->first == 0 || turns->second == 0) return std::nullopt;
    const std::size_t more = std::max(turns->first, turns->second) - std::min(turns->first, turns->second);
    return keys.size() * more == nodes.size() ? turns : std::nullopt;
  }

 private:
  using Key = std::tuple<std::string_view, std::uint32_t, std::string, std::string_view>;

  static std::optional<Key> key_of(const Graph& graph, NodeId node) {
    const LocationId at = graph[node].loc;
    if (!at || graph[at].line == 0) return std::nullopt;
    return Key{graph[graph[at].file], graph[at].line, module_of_node(graph, node), graph[graph[node].op]};
  }

  std::map<Key, std::pair<std::size_t, std::size_t>> counts_;
};

class VersionComparison {
 public:
  VersionComparison(const Graph& left, const Graph& right, const Alignment& alignment)
      : left_(left), right_(right), alignment_(alignment), operands_(left, right, alignment) {}

  std::vector<GraphChange> run() {
    for (FunctionId function : left_.functions()) {
      if (const FunctionId other = alignment_.function_on_right(function)) compare(function, other);
    }
    return std::move(changes_);
  }

 private:
  /// Nodes that count, without those inside of a branch or loop that is itself without a counterpart: they are told
  /// with it.
  template <class IsKept>
  static std::vector<NodeId> nodes_of(const Graph& graph, FunctionId function, IsKept is_kept) {
    struct Lister {
      const Graph& graph;
      IsKept is_kept;
      std::vector<NodeId> nodes;
      std::size_t lost_around = 0;
      void enter(BlockId block) {
        const NodeId owner = graph[block].owner;
        if (lost_around > 0 || (owner && !is_kept(owner))) ++lost_around;
      }
      void visit(NodeId node) {
        if (!is_plumbing(graph[graph[node].op]) && (lost_around == 0 || is_kept(node))) nodes.push_back(node);
      }
      void leave(BlockId) {
        if (lost_around > 0) --lost_around;
      }
    };
    Lister lister{graph, is_kept, {}};
    walk(graph, graph[function].body, lister);
    return std::move(lister.nodes);
  }

  NodeId counterpart(NodeId left) const {
    const auto on_right = alignment_.on_right(left);
    return on_right.empty() ? NodeId{} : on_right[0];
  }

  void compare(FunctionId function, FunctionId other) {
    const auto ours = nodes_of(left_, function, [&](NodeId node) { return !alignment_.on_right(node).empty(); });
    const auto theirs = nodes_of(right_, other, [&](NodeId node) { return bool(alignment_.on_left(node)); });
    turns_ = {};
    for (NodeId node : ours) turns_.add(left_, node, true);
    for (NodeId node : theirs) turns_.add(right_, node, false);
    // By the left node before the gap; none: before all.
    std::map<std::uint32_t, Gap> gaps;
    std::uint32_t before = NodeId::kNone;
    for (NodeId node : theirs) {
      if (const NodeId left = alignment_.on_left(node)) {
        before = left.raw;
      } else {
        gaps[before].right.push_back(node);
      }
    }
    before = NodeId::kNone;
    for (NodeId node : ours) {
      if (counterpart(node)) {
        before = node.raw;
      } else {
        gaps[before].left.push_back(node);
      }
    }
    tell_gap(gaps, NodeId::kNone);
    for (NodeId node : ours) {
      const NodeId right = counterpart(node);
      if (!right) continue;
      compare_nodes(node, right);
      tell_gap(gaps, node.raw);
    }
  }

  GraphChange change_at(Kind kind, NodeId left, NodeId right) const {
    const Graph& graph = left ? left_ : right_;
    const NodeId node = left ? left : right;
    GraphChange change;
    change.kind = kind;
    change.at = place_of_node(graph, node);
    change.function = function_of_node(graph, node);
    change.module = module_of_node(graph, node);
    if (left) change.left_nodes.push_back(left);
    if (right) change.right_nodes.push_back(right);
    return change;
  }

  void compare_nodes(NodeId left, NodeId right) {
    const std::string_view one = left_[left_[left].op];
    const std::string_view other = right_[right_[right].op];
    const std::string name(one);
    if (one != other) {
      GraphChange change = change_at(Kind::op, left, right);
      change.left = one;
      change.right = other;
      change.message = quote(one) + " became " + quote(other);
      add_two_lines(change, left, right, "", "");
      changes_.push_back(std::move(change));
    }
    for (OperandChange& operand : operands_.changes(left, right)) {
      GraphChange change = change_at(operand.kind, left, right);
      change.message = sentence(name, operand);
      add_two_lines(change, left, right, operand.name + ": " + operand.left, operand.name + ": " + operand.right);
      change.left = std::move(operand.left);
      change.right = std::move(operand.right);
      changes_.push_back(std::move(change));
    }
  }

  static std::string sentence(const std::string& op, const OperandChange& change) {
    std::string text = quote(op);
    switch (change.kind) {
      case Kind::frozen:
        return text + " takes " + change.right + " for " + quote(change.name) + ", which was computed: " + change.left;
      case Kind::wiring:
        return text + " takes " + change.right + " for " + quote(change.name) + ", it was " + change.left;
      default:
        return text + " has " + quote(change.name) + " " + change.right + ", it was " + change.left;
    }
  }

  static void add_line(GraphChange& change, const Graph& graph, NodeId node, Side side, std::string note) {
    change.lines.push_back({.side = side, .at = place_of_node(graph, node), .note = std::move(note)});
    if (change.lines.back().at.line != 0) return;
    std::string named(graph[graph[node].op]);
    if (graph[node].name) named += " " + std::string(graph[graph[node].name]);
    std::string& text = change.lines.back().note;
    text = text.empty() ? named : named + ", " + text;
  }

  void add_two_lines(GraphChange& change, NodeId left, NodeId right, std::string left_note, std::string right_note) {
    if (left_note.empty()) left_note = left_[left_[left].op];
    if (right_note.empty()) right_note = right_[right_[right].op];
    add_line(change, left_, left, Side::left, std::move(left_note));
    add_line(change, right_, right, Side::right, std::move(right_note));
  }

  void tell_gap(std::map<std::uint32_t, Gap>& gaps, std::uint32_t before) {
    const auto found = gaps.find(before);
    if (found == gaps.end()) return;
    Gap& gap = found->second;
    tell_control(left_, gap.left, Side::left);
    tell_control(right_, gap.right, Side::right);
    if (gap.left.empty() && gap.right.empty()) return;
    const Kind kind = gap.right.empty() ? Kind::lost : gap.left.empty() ? Kind::added : Kind::op;
    GraphChange change =
        change_at(kind, gap.left.empty() ? NodeId{} : gap.left[0], gap.right.empty() ? NodeId{} : gap.right[0]);
    change.minor = std::ranges::all_of(gap.left, [&](NodeId node) { return is_bookkeeping(left_, node); }) &&
                   std::ranges::all_of(gap.right, [&](NodeId node) { return is_bookkeeping(right_, node); });
    change.left = names_of(left_, gap.left);
    change.right = names_of(right_, gap.right);
    change.message = gap.right.empty()  ? change.left + (gap.left.size() == 1 ? " is gone" : " are gone")
                     : gap.left.empty() ? change.right + (gap.right.size() == 1 ? " is new" : " are new")
                                        : change.left + " became " + change.right;
    if (kind != Kind::op) tell_turns(change, gap);
    const auto add = [&](const Graph& graph, const std::vector<NodeId>& nodes, Side side) {
      for (ChangeLine& line : lines_of_nodes(graph, nodes, [&](NodeId) { return side; })) {
        change.lines.push_back(std::move(line));
      }
    };
    add(left_, gap.left, Side::left);
    add(right_, gap.right, Side::right);
    change.left_nodes = std::move(gap.left);
    change.right_nodes = std::move(gap.right);
    changes_.push_back(std::move(change));
  }

  /// A loop that one trace unrolled more often than the other.
  void tell_turns(GraphChange& change, const Gap& gap) const {
    const bool is_left = gap.right.empty();
    const auto turns = is_left ? turns_.turns(left_, gap.left) : turns_.turns(right_, gap.right);
    if (!turns) return;
    change.kind = Kind::loop;
    change.turns = turns->second;
    change.message = "the code runs " + std::to_string(turns->second) + (turns->second == 1 ? " time" : " times") +
                     ", it was " + std::to_string(turns->first);
  }

  /// Tells branches and loops of a gap each by itself, with what is inside, and takes them out of it.
  void tell_control(const Graph& graph, std::vector<NodeId>& nodes, Side side) {
    for (NodeId node : nodes) {
      if (graph[node].blocks.count == 0) continue;
      const bool is_left = side == Side::left;
      GraphChange change = change_at(loop_form(graph, node) ? Kind::loop : Kind::branch, is_left ? node : NodeId{},
                                     is_left ? NodeId{} : node);
      const std::string what = change.kind == Kind::loop ? "loop" : "branch";
      change.message = "the " + what + (is_left ? " is gone" : " is new");
      add_line(change, graph, node, side, "");
      const std::vector<NodeId> inside = nodes_inside(graph, node);
      const auto is_kept = [&](NodeId at) {
        return is_left ? !alignment_.on_right(at).empty() : bool(alignment_.on_left(at));
      };
      for (ChangeLine& line :
           lines_of_nodes(graph, inside, [&](NodeId at) { return is_kept(at) ? Side::both : side; })) {
        change.lines.push_back(std::move(line));
      }
      std::vector<NodeId>& told = is_left ? change.left_nodes : change.right_nodes;
      std::ranges::copy_if(inside, std::back_inserter(told),
                           [&](NodeId at) { return !is_kept(at) && !is_plumbing(graph[graph[at].op]); });
      changes_.push_back(std::move(change));
    }
    std::erase_if(nodes, [&](NodeId node) { return graph[node].blocks.count > 0; });
  }

  const Graph& left_;
  const Graph& right_;
  const Alignment& alignment_;
  OperandComparison operands_;
  TurnCounts turns_;  ///< of the function that is compared
  std::vector<GraphChange> changes_;
};

class InterfaceComparison {
 public:
  InterfaceComparison(const Graph& left, const Graph& right, const Alignment& alignment)
      : left_(left), right_(right), alignment_(alignment) {}

  std::vector<GraphChange> run() {
    std::vector<bool> is_known(right_.functions().size(), false);
    for (FunctionId function : left_.functions()) {
      const FunctionId other = alignment_.function_on_right(function);
      if (other) is_known[other.raw] = true;
      if (other) compare(function, other);
      if (!other) add(function, "is gone", "");
    }
    for (FunctionId function : right_.functions()) {
      if (!is_known[function.raw]) add_new(function);
    }
    return std::move(changes_);
  }

 private:
  void add(FunctionId function, std::string left, std::string right) {
    GraphChange change;
    change.kind = Kind::interface;
    change.function = left_[left_[function].name];
    change.message = right.empty() ? quote(change.function) + " " + left : left + ", it is now " + right;
    change.left = std::move(left);
    change.right = std::move(right);
    changes_.push_back(std::move(change));
  }

  void add_new(FunctionId function) {
    GraphChange change;
    change.kind = Kind::interface;
    change.function = right_[right_[function].name];
    change.message = quote(change.function) + " is new";
    changes_.push_back(std::move(change));
  }

  std::span<const ValueId> inputs(const Graph& graph, FunctionId function) const {
    const auto params = graph[graph[graph[function].body].params];
    return graph[function].self && !params.empty() ? params.subspan(1) : params;
  }

  void compare(FunctionId function, FunctionId other) {
    compare_values("input", function, inputs(left_, function), inputs(right_, other));
    compare_values("output", function, left_[left_[left_[function].body].outputs],
                   right_[right_[right_[other].body].outputs]);
  }

  void compare_values(const std::string& what, FunctionId function, std::span<const ValueId> ours,
                      std::span<const ValueId> theirs) {
    if (ours.size() != theirs.size()) {
      const auto counted = [&](std::size_t count) {
        return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
      };
      return add(function, quote(left_[left_[function].name]) + " had " + counted(ours.size()), counted(theirs.size()));
    }
    for (std::size_t i = 0; i < ours.size(); ++i) {
      if (!ours[i] || !theirs[i]) continue;
      const std::string subject = what + " " + std::to_string(i) + " " + quote(left_[left_[ours[i]].name]) + " was ";
      const auto difference = structure_difference(left_, left_[ours[i]].type, right_, right_[theirs[i]].type);
      if (difference) {
        add(function, subject + difference->left, difference->right);
        continue;
      }
      // A trace writes down the example's sizes, which promise nothing; ONNX promises them.
      if (left_.format() != Format::onnx) continue;
      const std::string one = print_type(left_, left_[ours[i]].type);
      const std::string another = print_type(right_, right_[theirs[i]].type);
      if (one != another) add(function, subject + one, another);
    }
  }

  const Graph& left_;
  const Graph& right_;
  const Alignment& alignment_;
  std::vector<GraphChange> changes_;
};

}  // namespace

std::vector<GraphChange> version_changes(const Graph& left, const Graph& right, const Alignment& alignment) {
  return VersionComparison(left, right, alignment).run();
}

std::vector<GraphChange> interface_changes(const Graph& left, const Graph& right, const Alignment& alignment) {
  return InterfaceComparison(left, right, alignment).run();
}

}  // namespace graphwitness
