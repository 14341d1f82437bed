#include "analysis/uses.h"

#include <algorithm>
#include <array>
#include <unordered_set>
#include <vector>

#include "analysis/arms.h"
#include "analysis/control_flow.h"
#include "analysis/operators.h"

namespace graphwitness {
namespace {

/// Values that are looked at before the answer is "yes".
constexpr std::size_t kBudget = 2000;

bool only_tells(std::string_view op) {
  return op == "prim::RaiseException" || op == "prim::Print" || op == "aten::warn";
}

class Follower {
 public:
  Follower(const Graph& graph, const Constants& constants) : graph_(graph), constants_(constants) {}

  bool reaches(ValueId value) {
    push(value);
    while (!pending_.empty()) {
      if (seen_.size() > kBudget) return true;
      const ValueId at = pending_.back();
      pending_.pop_back();
      for (const Use& use : graph_.uses(at)) {
        if (use.user ? reaches_by(use) : yields(use)) return true;
      }
    }
    return false;
  }

 private:
  void push(ValueId value) {
    if (value && seen_.insert(value.raw).second) pending_.push_back(value);
  }

  /// Results of numbers are followed; anything else that is computed from the value is a result.
  bool follow(std::span<const ValueId> results) {
    for (ValueId result : results) {
      if (!result) continue;
      if (!is_scalar_like(graph_, graph_[result].type)) return true;
      push(result);
    }
    return false;
  }

  bool reaches_by(const Use& use) {
    const Node& user = graph_[use.user];
    if (constants_.is_dead(user.parent)) return false;
    const std::string_view op = graph_[user.op];
    if (is_branch(graph_, use.user)) return false;
    if (const auto form = loop_form(graph_, use.user)) {
      if (use.operand == form->count_operand || use.operand == form->condition_operand) return false;
      return follow_carried(use.user, *form, use.operand - form->first_carried_operand);
    }
    if (user.blocks.count > 0) return true;
    if (only_tells(op)) return false;
    if (op == "prim::SetAttr" || op == "prim::TupleConstruct" || op == "prim::DictConstruct") return true;
    if (user.results.count == 0) return true;
    if (effect_of(graph_, use.user).writes_first) return true;
    return follow(graph_[user.results]);
  }

  bool follow_carried(NodeId loop, const LoopForm& form, std::uint32_t at) {
    const Block& body = graph_[graph_[graph_[loop].blocks][0]];
    const std::array both{value_at(graph_[body.params], form.first_carried_param + at),
                          value_at(graph_[graph_[loop].results], at)};
    return follow(both);
  }

  /// The value is an output of a block.
  bool yields(const Use& use) {
    const NodeId owner = graph_[use.block].owner;
    if (constants_.is_dead(use.block)) return false;
    if (!owner) return true;
    if (const auto form = loop_form(graph_, owner)) {
      if (use.operand == form->condition_output) return false;
      return follow_carried(owner, *form, use.operand - form->first_carried_output);
    }
    const std::array result{value_at(graph_[graph_[owner].results], use.operand)};
    return follow(result);
  }

  const Graph& graph_;
  const Constants& constants_;
  std::vector<ValueId> pending_;
  std::unordered_set<std::uint32_t> seen_;
};

}  // namespace

bool reaches_result(const Graph& graph, const Constants& constants, ValueId value) {
  return Follower(graph, constants).reaches(value);
}

bool is_logic(const Graph& graph, const Constants& constants, NodeId branch) {
  const auto results = graph[graph[branch].results];
  if (results.size() != 1 || !results[0]) return false;
  const Type& type = graph[graph[results[0]].type];
  if (type.kind != Type::Kind::scalar || type.dtype != DType::boolean) return false;
  if (graph.uses(results[0]).empty() || has_effects(graph, branch)) return false;
  return !reaches_result(graph, constants, results[0]);
}

}  // namespace graphwitness
