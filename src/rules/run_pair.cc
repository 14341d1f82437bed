#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "analysis/arms.h"
#include "analysis/constant_values.h"
#include "analysis/control_flow.h"
#include "analysis/operator_twins.h"
#include "rules/autocast_casts.h"
#include "rules/decision.h"
#include "rules/pair_losses.h"
#include "rules/pairing.h"
#include "rules/places.h"
#include "rules/recorded.h"
#include "rules/run.h"
#include "rules/run_export.h"
#include "rules/runner.h"

namespace graphwitness {
namespace {

using Report = RuleContext::Report;

constexpr int kMostPending = 64;

/// What these rules say of one graph is a suspicion about the other.
bool is_suspicion(std::string_view rule) { return rule.starts_with("frozen-") || rule == "tensor-read-as-number"; }

/// Puts together what the rules say of both graphs and what the pair has lost.
class Reconciler {
 public:
  Reconciler(RuleContext& of_script, RuleContext& of_trace, std::span<const Rule* const> rules)
      : of_script_(of_script),
        of_trace_(of_trace),
        pairing_(*of_script.pairing()),
        scripted_(pairing_.scripted()),
        traced_(pairing_.traced()),
        losses_(find_losses(of_script)) {
    std::erase_if(losses_.found, [&](const Loss& loss) {
      return std::ranges::none_of(rules, [&](const Rule* rule) { return rule->id == loss.rule; });
    });
    is_told_.assign(losses_.found.size(), 0);
    for (std::size_t i = 0; i < losses_.found.size(); ++i) {
      touching_[losses_.found[i].node.raw].push_back(i);
      for (NodeId step : losses_.found[i].way) touching_[step.raw].push_back(i);
    }
    for (NodeId node : losses_.open) is_open_.insert(node.raw);
    from_script_ = RuleRunner::run(of_script, rules);
    from_trace_ = RuleRunner::run(of_trace, rules);
  }

  /// Those of the scripted graph, then those that only the trace shows.
  std::pair<std::vector<Report>, std::vector<Report>> run() {
    std::vector<Report> kept;
    for (Report& report : from_script_) {
      if (!judge_scripted(report)) continue;
      kept.push_back(std::move(report));
    }
    tell_losses(kept);
    index(kept);
    std::vector<Report> of_trace;
    for (Report& report : from_trace_) {
      if (judge_traced(report)) of_trace.push_back(std::move(report));
    }
    return {std::move(kept), std::move(of_trace)};
  }

 private:
  enum class Fate : std::uint8_t { unknown, kept, lost };

  // What the rules say of the scripted graph.

  bool judge_scripted(Report& report) {
    const NodeId node = report.finding.node_id;
    if (!node) return true;
    if (scripted_[node].blocks.count > 0) return judge_control(report, node);
    if (scripted_[scripted_[node].op] == "prim::SetAttr") return !pairing_.is_kept(node);
    if (!is_suspicion(report.finding.rule)) return true;
    const auto touching = touching_.find(node.raw);
    if (touching == touching_.end()) return fate_of(node) != Fate::kept;
    return tell(report, touching->second);
  }

  bool judge_control(Report& report, NodeId node) {
    if (pairing_.is_kept(node)) return false;
    report.explain = [explain = std::move(report.explain), this_context = &of_script_, &pairing = pairing_,
                      node](Finding& finding) {
      if (explain) explain(finding);
      tell_kept_part(*this_context, pairing, finding, node);
    };
    return true;
  }

  static void tell_kept_part(RuleContext& context, const Pairing& pairing, Finding& finding, NodeId node) {
    const Graph& graph = pairing.scripted();
    if (!is_branch(graph, node)) {
      const auto turns = pairing.kept_turns(node);
      if (!turns) return;
      finding.keeps = std::to_string(*turns) + (*turns == 1 ? " turn" : " turns") + " of the loop, one after the other";
      finding.loses = "what decides how many turns there are";
      return;
    }
    const auto arms = graph[graph[node].blocks];
    if (always_raises(graph, arms[0]) || always_raises(graph, arms[1])) return;
    const auto arm = pairing.kept_arm(node);
    if (!arm) return;
    finding.keeps =
        std::string("the arm for ") + (*arm == 0 ? "true" : "false") + ": " + describe_arm(context, arms[*arm]);
    finding.loses = "the condition and the other arm: " + describe_arm(context, arms[1 - *arm]);
  }

  /// The rule says at the source what the pair says at the use: one of them is told, the graver one.
  bool tell(Report& report, const std::vector<std::size_t>& touching) {
    const auto graver = [&](std::size_t i) { return losses_.found[i].severity > report.finding.severity; };
    if (std::ranges::any_of(touching, graver)) return false;
    for (std::size_t i : touching) is_told_[i] = 1;
    const Loss& loss = losses_.found[touching.front()];
    report.explain = [explain = std::move(report.explain), by_pair = loss.explain](Finding& finding) {
      if (explain) explain(finding);
      Finding other;
      other.node_id = finding.node_id;
      if (by_pair) by_pair(other);
      finding.keeps = other.keeps;
      finding.loses = other.loses;
    };
    return true;
  }

  /// What became of a node that the trace has no counterpart of, told by the first matched nodes behind it.
  Fate fate_of(NodeId node) const {
    if (pairing_.is_kept(node)) return Fate::kept;
    Fate fate = Fate::unknown;
    std::vector<NodeId> pending{node};
    std::unordered_set<std::uint32_t> seen;
    for (int budget = kMostPending; !pending.empty() && budget > 0; --budget) {
      const NodeId at = pending.back();
      pending.pop_back();
      if (!seen.insert(at.raw).second) continue;
      for (ValueId result : scripted_[scripted_[at].results]) {
        if (!result) continue;
        for (const Use& use : scripted_.uses(result)) {
          if (!use.user || scripted_[use.user].blocks.count > 0) continue;
          if (!pairing_.is_kept(use.user)) {
            pending.push_back(use.user);
            continue;
          }
          const Fate here = fate_at(use.user, use.operand);
          if (here == Fate::lost) return here;
          if (here == Fate::kept) fate = here;
        }
      }
    }
    return fate;
  }

  Fate fate_at(NodeId user, std::uint32_t operand) const {
    const NodeId recorded = pairing_.alignment().on_right(user)[0];
    for (const OperandPair& pair : operand_pairs(scripted_, user, traced_, recorded)) {
      if (pair.left != operand) continue;
      return constant_node(traced_, traced_[traced_[recorded].operands][pair.right]) ? Fate::lost : Fate::kept;
    }
    return Fate::unknown;
  }

  // What only the pair knows.

  void tell_losses(std::vector<Report>& kept) {
    std::vector<Report> told;
    for (std::size_t i = 0; i < losses_.found.size(); ++i) {
      if (is_told_[i] != 0) continue;
      Loss& loss = losses_.found[i];
      const NodeId handed = handed_over(loss);
      Report report = RuleRunner::report_as(of_script_, loss.rule, handed ? handed : loss.node, loss.severity,
                                            std::move(loss.message), std::move(loss.explain));
      if (report.finding.at.line == 0) place_nearby(report.finding, loss.node);
      told.push_back(std::move(report));
    }
    std::unordered_map<std::string, std::size_t> known;  // rule and line
    for (std::size_t i = 0; i < kept.size(); ++i) known.try_emplace(rule_and_line(kept[i].finding), i);
    for (Report& report : told) {
      const auto same = report.finding.at.line == 0 ? known.end() : known.find(rule_and_line(report.finding));
      if (same == known.end()) {
        kept.push_back(std::move(report));
      } else if (kept[same->second].finding.severity < report.finding.severity) {
        kept[same->second] = std::move(report);
      }
    }
  }

  /// A scripted function that the trace calls is what it was: the constant is what it is handed, and stands where the
  /// caller computed that. None when no such function is in between.
  NodeId handed_over(const Loss& loss) const {
    if (!loss.node) return {};
    const auto recorded = pairing_.alignment().on_right(loss.node);
    const LocationId inside = scripted_[loss.node].loc;
    if (!inside || recorded.empty() || is_recorded(traced_, recorded[0])) return {};
    const auto is_outside = [&](NodeId step) {
      const LocationId at = scripted_[step].loc;
      return at && scripted_[at].file && scripted_[at].caller != scripted_[inside].caller;
    };
    const auto last = std::find_if(loss.way.rbegin(), loss.way.rend(), is_outside);
    return last == loss.way.rend() ? NodeId{} : *last;
  }

  /// Assigning, packing and returning have no line of their own: what makes the value has, or the function.
  void place_nearby(Finding& finding, NodeId node) const {
    if (!node) return;
    for (ValueId operand : scripted_[scripted_[node].operands]) {
      const NodeId maker = operand ? scripted_.defining_node(operand) : NodeId{};
      if (maker && scripted_[scripted_[maker].op] != "prim::GetAttr") finding.at = of_script_.span_of(maker);
      if (finding.at.line != 0) return;
    }
    const LocationId at = scripted_[scripted_[scripted_[node].parent].function].loc;
    if (at) finding.at = span_of(scripted_, at);
  }

  // What the rules say of the traced graph.

  void index(const std::vector<Report>& kept) {
    for (const Report& report : kept) {
      said_.insert(report.finding.rule + " " + report.finding.message);
      if (report.finding.at.line == 0) continue;
      said_.insert(rule_and_line(report.finding));
      Severity& severity = graveness_[line_of(report.finding)];
      severity = std::max(severity, report.finding.severity);
    }
  }

  static std::string line_of(const Finding& finding) { return finding.at.file + ":" + std::to_string(finding.at.line); }
  static std::string rule_and_line(const Finding& finding) { return finding.rule + " " + line_of(finding); }

  bool judge_traced(Report& report) const {
    Finding& finding = report.finding;
    if (said_.contains(finding.rule + " " + finding.message)) return false;
    if (finding.at.line != 0 && said_.contains(rule_and_line(finding))) return false;
    if (finding.rule == "frozen-dtype" && finding.node_id && adds_casts(finding.node_id)) return true;
    if (is_suspicion(finding.rule) && finding.node_id && is_decided(finding.node_id)) return false;
    const bool follows = is_suspicion(finding.rule) || finding.rule == "constant-output";
    if (follows && is_told_on_line(finding)) return false;
    // The script uses the input: rules that see one graph cannot know that anything is lost.
    if (finding.rule == "unused-input") finding.severity = std::max(finding.severity, Severity::warning);
    return true;
  }

  bool is_told_on_line(const Finding& finding) const {
    const auto found = graveness_.find(line_of(finding));
    return found != graveness_.end() && found->second >= Severity::warning;
  }

  /// The trace holds casts of autocast where the script has the operator without any.
  bool adds_casts(NodeId node) const {
    const NodeId ours = pairing_.alignment().on_left(node);
    if (!ours || !runs_under_autocast(of_trace_, node)) return false;
    return std::ranges::none_of(scripted_[scripted_[ours].operands], [&](ValueId operand) {
      const NodeId maker = operand ? scripted_.defining_node(operand) : NodeId{};
      return maker && scripted_[scripted_[maker].op] == "aten::to";
    });
  }

  /// The script has this node, or what takes its result: their operands were compared.
  bool is_decided(NodeId node) const {
    std::vector<NodeId> pending{node};
    std::unordered_set<std::uint32_t> seen;
    for (int budget = kMostPending; !pending.empty() && budget > 0; --budget) {
      const NodeId at = pending.back();
      pending.pop_back();
      if (!seen.insert(at.raw).second) continue;
      if (pairing_.alignment().on_left(at)) return !is_open_.contains(at.raw);
      const std::string_view op = traced_[traced_[at].op];
      if (at != node && !is_plumbing(op) && !passes_number(op)) continue;
      for (ValueId result : traced_[traced_[at].results]) {
        if (!result) continue;
        for (const Use& use : traced_.uses(result)) {
          if (use.user) pending.push_back(use.user);
        }
      }
    }
    return false;
  }

  RuleContext& of_script_;
  RuleContext& of_trace_;
  const Pairing& pairing_;
  const Graph& scripted_;
  const Graph& traced_;
  Losses losses_;
  std::vector<std::uint8_t> is_told_;                                     // by loss
  std::unordered_map<std::uint32_t, std::vector<std::size_t>> touching_;  // by scripted node: losses
  std::unordered_set<std::uint32_t> is_open_;                             // traced nodes
  std::unordered_set<std::string> said_;                                  // rule and message, rule and line
  std::unordered_map<std::string, Severity> graveness_;                   // by line
  std::vector<Report> from_script_;
  std::vector<Report> from_trace_;
};

void mark_of_other(std::vector<Report>& reports) {
  for (Report& report : reports) report.finding.of_other = true;
}

}  // namespace

std::vector<Finding> run_rules_on_pair(const Graph& first, const Graph& second, std::span<const Rule* const> rules,
                                       const RuleOptions& options) {
  if (is_export_pair(first, second)) return run_rules_on_export(first, second, rules, options);
  const PairRoles roles = roles_of(first, second);
  const Pairing pairing(*roles.scripted, *roles.traced);
  RuleContext of_script(*roles.scripted, options, &pairing);
  RuleContext of_trace(*roles.traced, options, &pairing);
  auto [scripted, traced] = Reconciler(of_script, of_trace, rules).run();
  mark_of_other(roles.scripted == &first ? traced : scripted);
  std::ranges::move(traced, std::back_inserter(scripted));
  return finish(std::move(scripted));
}

}  // namespace graphwitness
