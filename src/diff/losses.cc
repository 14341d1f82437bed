#include "diff/losses.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "analysis/control_flow.h"
#include "analysis/operator_twins.h"
#include "diff/places.h"
#include "rules/run.h"

namespace graphwitness {
namespace {

using Kind = GraphChange::Kind;

/// Which rules report that one graph has what the other has not, and as what. The other rules say something of one
/// graph alone.
struct RuleKind {
  std::string_view rule;
  Kind kind;
};
constexpr std::string_view kExportLoss = "export-loss";
constexpr std::array kRuleKinds = std::to_array<RuleKind>({
    {"aliased-write", Kind::state},          {"argument-dependent-branch", Kind::frozen},
    {"constant-output", Kind::frozen},       {"data-dependent-branch", Kind::frozen},
    {"data-dependent-loop", Kind::frozen},   {"dropped-assertion", Kind::assertion},
    {kExportLoss, Kind::interface},          {"export-semantics", Kind::op},
    {"frozen-device", Kind::frozen},         {"frozen-dtype", Kind::frozen},
    {"frozen-shape", Kind::frozen},          {"frozen-tensor", Kind::frozen},
    {"mode-dependent-branch", Kind::frozen}, {"mutated-input", Kind::state},
    {"mutated-state", Kind::state},          {"shape-dependent-branch", Kind::frozen},
    {"shape-dependent-loop", Kind::frozen},  {"state-dependent-branch", Kind::frozen},
    {"structured-io", Kind::interface},      {"tensor-read-as-number", Kind::frozen},
    {"unused-input", Kind::interface},
});

/// Branches and loops are told by the node; what the same rules say of other nodes is a number that follows from one.
std::optional<Kind> kind_of(const Graph& graph, const Finding& finding) {
  const auto found = std::ranges::find(kRuleKinds, finding.rule, &RuleKind::rule);
  if (found == kRuleKinds.end()) return std::nullopt;
  if (!finding.node_id || found->kind == Kind::assertion) return found->kind;
  if (is_branch(graph, finding.node_id)) return Kind::branch;
  if (loop_form(graph, finding.node_id)) return Kind::loop;
  return found->rule == kExportLoss ? Kind::lost : found->kind;
}

GraphChange change_of(Finding&& finding, const Graph& graph, Kind kind) {
  GraphChange change;
  change.kind = kind;
  change.minor = finding.severity == Severity::note;
  change.message = std::move(finding.message);
  change.rule = std::move(finding.rule);
  change.at = std::move(finding.at);
  change.function = std::move(finding.function);
  change.module = std::move(finding.module);
  change.left = std::move(finding.loses);
  change.right = std::move(finding.keeps);
  change.trail = std::move(finding.trail);
  change.occurrences = std::move(finding.occurrences);
  if (finding.node_id) (finding.of_other ? change.right_nodes : change.left_nodes).push_back(finding.node_id);
  if (change.function.empty() && finding.node_id) change.function = function_of_node(graph, finding.node_id);
  return change;
}

ChangeLine line_of(ChangeLine::Side side, const SourceSpan& at, std::string note = "") {
  ChangeLine line;
  line.side = side;
  line.at = at;
  line.note = std::move(note);
  return line;
}

/// What other calls of the same line lost, told with the first.
void add_repeats(GraphChange& change, const Graph& graph, std::span<const NodeId> repeats,
                 const std::function<ChangeLine::Side(NodeId)>& side) {
  const auto function_of = [&](NodeId node) { return graph[graph[node].parent].function; };
  for (NodeId repeat : repeats) {
    // A method that is called is inlined, and stands in the archive by itself, too: that is no other call.
    if (change.left_nodes.empty() || function_of(repeat) != function_of(change.left_nodes[0])) continue;
    ++change.repeats;
    change.repeat_nodes.push_back(repeat);
    for (NodeId node : nodes_inside(graph, repeat)) {
      if (!is_plumbing(graph[graph[node].op]) && side(node) == ChangeLine::Side::left)
        change.repeat_nodes.push_back(node);
    }
  }
}

/// The line of the decision, then those of the blocks.
void add_block_lines(GraphChange& change, const Graph& graph, NodeId owner,
                     const std::function<ChangeLine::Side(NodeId)>& side) {
  change.lines.push_back(line_of(ChangeLine::Side::left, change.at));
  const std::vector<NodeId> inside = nodes_inside(graph, owner);
  for (ChangeLine& line : lines_of_nodes(graph, inside, side)) {
    if (line.at.recorded_file == change.at.recorded_file && line.at.line == change.at.line) continue;
    change.lines.push_back(std::move(line));
  }
  for (NodeId node : inside) {
    if (is_plumbing(graph[graph[node].op])) continue;
    if (side(node) == ChangeLine::Side::left) change.left_nodes.push_back(node);
  }
}

void add_value_lines(GraphChange& change) {
  if (change.at.line != 0) change.lines.push_back(line_of(ChangeLine::Side::left, change.at));
  if (!change.right.empty()) {
    change.lines.push_back(line_of(ChangeLine::Side::right, {}, change.right));
  }
}

}  // namespace

std::vector<GraphChange> recording_changes(const Pairing& pairing, std::span<const Rule* const> rules,
                                           const std::string& source_root) {
  const Graph& scripted = pairing.scripted();
  const auto side = [&](NodeId node) {
    return pairing.is_kept(node) ? ChangeLine::Side::both : ChangeLine::Side::left;
  };
  std::vector<GraphChange> changes;
  const RuleOptions options{.source_root = source_root};
  for (Finding& finding : run_rules_on_pair(scripted, pairing.traced(), rules, options)) {
    const Graph& graph = finding.of_other ? pairing.traced() : scripted;
    const std::optional<Kind> kind = kind_of(graph, finding);
    if (!kind) continue;
    const NodeId node = finding.node_id;
    // Writing is told of each graph, whether both do it or one.
    if (*kind == Kind::state && (!node || finding.of_other || pairing.is_kept(node))) continue;
    const std::vector<NodeId> repeats = std::move(finding.repeats);
    GraphChange change = change_of(std::move(finding), graph, *kind);
    if (&graph == &scripted) add_repeats(change, scripted, repeats, side);
    const bool has_blocks = node && graph[node].blocks.count > 0 && &graph == &scripted;
    if (has_blocks) add_block_lines(change, scripted, node, side);
    if (!has_blocks) add_value_lines(change);
    if (*kind == Kind::branch && has_blocks) change.kept_arm = pairing.kept_arm(node);
    if (*kind == Kind::loop && has_blocks) change.turns = pairing.kept_turns(node);
    changes.push_back(std::move(change));
  }
  return changes;
}

std::vector<GraphChange> export_changes(const Graph& module, const Graph& exported, const Alignment& alignment,
                                        std::span<const Rule* const> rules, const std::string& source_root) {
  const auto side = [&](NodeId node) {
    return alignment.on_right(node).empty() ? ChangeLine::Side::left : ChangeLine::Side::both;
  };
  std::vector<GraphChange> changes;
  for (Finding& finding : run_rules_on_pair(module, exported, rules, {.source_root = source_root})) {
    const bool is_of_pair = finding.rule == kExportLoss || finding.rule == "export-semantics";
    if (!is_of_pair) continue;
    const Graph& graph = finding.of_other ? exported : module;
    const NodeId node = finding.node_id;
    const bool is_of_module = node && !finding.of_other;
    const std::vector<NodeId> repeats = std::move(finding.repeats);
    GraphChange change = change_of(std::move(finding), graph, *kind_of(graph, finding));
    if (&graph == &module) add_repeats(change, module, repeats, side);
    const bool has_blocks = is_of_module && module[node].blocks.count > 0;
    if (has_blocks) {
      add_block_lines(change, module, node, side);
    } else {
      add_value_lines(change);
    }
    changes.push_back(std::move(change));
  }
  return changes;
}

}  // namespace graphwitness
