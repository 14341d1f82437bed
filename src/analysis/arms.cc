#include "analysis/arms.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "analysis/operators.h"
#include "graphwitness/ir/text.h"
#include "ir/walk.h"

namespace graphwitness {
namespace {

/// The blocks and nodes of a block with all that is nested, as one sequence.
struct Flattened {
  std::vector<BlockId> blocks;
  std::vector<NodeId> nodes;

  void enter(BlockId block) { blocks.push_back(block); }
  void visit(NodeId node) { nodes.push_back(node); }
  void leave(BlockId) {}
};

Flattened flatten(const Graph& graph, BlockId block) {
  Flattened flattened;
  walk(graph, block, flattened);
  return flattened;
}

bool equal_literals(const Graph& graph, LiteralId a, LiteralId b) {
  return a == b || print_literal(graph, a) == print_literal(graph, b);
}

/// Pairs the values of two blocks as it compares them.
class BlockMatcher {
 public:
  explicit BlockMatcher(const Graph& graph) : graph_(graph) {}

  bool match(const Flattened& a, const Flattened& b) {
    if (a.blocks.size() != b.blocks.size() || a.nodes.size() != b.nodes.size()) return false;
    for (std::size_t i = 0; i < a.blocks.size(); ++i) {
      if (!define(graph_[graph_[a.blocks[i]].params], graph_[graph_[b.blocks[i]].params])) return false;
    }
    for (std::size_t i = 0; i < a.nodes.size(); ++i) {
      if (!match(graph_[a.nodes[i]], graph_[b.nodes[i]])) return false;
    }
    for (std::size_t i = 0; i < a.blocks.size(); ++i) {
      if (!same(graph_[graph_[a.blocks[i]].outputs], graph_[graph_[b.blocks[i]].outputs])) return false;
    }
    return true;
  }

 private:
  bool match(const Node& a, const Node& b) {
    if (a.op != b.op || a.blocks.count != b.blocks.count) return false;
    if (!same(graph_[a.operands], graph_[b.operands])) return false;
    const auto left = graph_[a.attributes];
    const auto right = graph_[b.attributes];
    const auto equal = [&](const Attribute& x, const Attribute& y) {
      return x.name == y.name && equal_literals(graph_, x.value, y.value);
    };
    return std::ranges::equal(left, right, equal) && define(graph_[a.results], graph_[b.results]);
  }

  bool define(std::span<const ValueId> a, std::span<const ValueId> b) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (static_cast<bool>(a[i]) != static_cast<bool>(b[i])) return false;
      if (a[i]) pairs_[a[i].raw] = b[i].raw;
    }
    return true;
  }

  bool same(std::span<const ValueId> a, std::span<const ValueId> b) const {
    return std::ranges::equal(a, b, [&](ValueId x, ValueId y) {
      const auto paired = pairs_.find(x.raw);
      return paired != pairs_.end() ? paired->second == y.raw : x == y;
    });
  }

  const Graph& graph_;
  std::unordered_map<std::uint32_t, std::uint32_t> pairs_;
};

bool has_side_effect(const Graph& graph, NodeId node) {
  const std::string_view op = graph[graph[node].op];
  static constexpr std::string_view kEffects[] = {"prim::RaiseException", "prim::Print",       "prim::SetAttr",
                                                  "aten::warn",           "aten::save",        "aten::manual_seed",
                                                  "prim::CallMethod",     "prim::CallFunction"};
  return std::ranges::find(kEffects, op) != std::end(kEffects) || effect_of(graph, node).writes_first;
}

}  // namespace

bool are_equal(const Graph& graph, BlockId a, BlockId b) {
  const Flattened left = flatten(graph, a);
  const Flattened right = flatten(graph, b);
  const auto writes = [&](NodeId node) { return effect_of(graph, node).random; };
  if (std::ranges::any_of(left.nodes, writes)) return false;
  return BlockMatcher(graph).match(left, right);
}

bool always_raises(const Graph& graph, BlockId block) {
  return std::ranges::any_of(graph[graph[block].nodes],
                             [&](NodeId node) { return graph[graph[node].op] == "prim::RaiseException"; });
}

bool only_tells(const Graph& graph, NodeId node) {
  if (graph[node].results.count != 0) return false;
  bool tells = false;
  for (BlockId block : graph[graph[node].blocks]) {
    for (NodeId inner : flatten(graph, block).nodes) {
      const std::string_view op = graph[graph[inner].op];
      const bool is_told = op == "prim::Print" || op == "aten::warn";
      tells = tells || is_told;
      if (!is_told && has_side_effect(graph, inner)) return false;
    }
  }
  return tells;
}

bool has_effects(const Graph& graph, NodeId node) {
  for (BlockId block : graph[graph[node].blocks]) {
    const Flattened inside = flatten(graph, block);
    if (std::ranges::any_of(inside.nodes, [&](NodeId inner) { return has_side_effect(graph, inner); })) return true;
  }
  return false;
}

bool is_unobserved(const Graph& graph, NodeId node) {
  if (has_effects(graph, node)) return false;
  std::vector<NodeId> pending{node};
  std::unordered_set<std::uint32_t> seen;
  for (int budget = 256; !pending.empty(); --budget) {
    if (budget == 0) return false;
    const NodeId at = pending.back();
    pending.pop_back();
    if (!seen.insert(at.raw).second) continue;
    if (at != node && has_side_effect(graph, at)) return false;
    for (ValueId result : graph[graph[at].results]) {
      if (!result) continue;
      for (const Use& use : graph.uses(result)) {
        if (!use.user) return false;
        if (graph[use.user].blocks.count > 0) return false;
        pending.push_back(use.user);
      }
    }
  }
  return true;
}

std::vector<std::string> notable_operators(const Graph& graph, BlockId block) {
  static constexpr std::string_view kPlumbing[] = {"prim::Constant",       "prim::GetAttr",       "prim::ListConstruct",
                                                   "prim::TupleConstruct", "prim::TupleUnpack",   "prim::ListUnpack",
                                                   "prim::unchecked_cast", "prim::Uninitialized", "onnx::Constant"};
  std::vector<std::string> names;
  for (NodeId node : flatten(graph, block).nodes) {
    const std::string_view op = graph[graph[node].op];
    if (std::ranges::find(kPlumbing, op) != std::end(kPlumbing)) continue;
    if (std::ranges::find(names, op) == names.end()) names.emplace_back(op);
  }
  return names;
}

}  // namespace graphwitness
