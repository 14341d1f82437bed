#include "rules/mode_switches.h"

#include <algorithm>
#include <array>
#include <map>
#include <string>

#include "analysis/provenance.h"
#include "rules/decision.h"
#include "rules/places.h"
#include "rules/source_lines.h"

namespace graphwitness {
namespace {

/// How Python spells the context manager that an object is; "" for any other.
std::string switched_mode(std::string_view class_name) {
  const std::string_view name = class_name.substr(class_name.find_last_of('.') + 1);
  if (class_name.find("grad_mode") != std::string_view::npos) return "torch." + std::string(name) + "()";
  if (name.starts_with("autocast")) return "torch.autocast";
  return {};
}

void report_switch(RuleContext& context, NodeId made, const std::string& mode) {
  const std::string why = why_note(context, made);
  const bool casts = mode == "torch.autocast";
  const auto explain = [casts](Finding& finding) {
    finding.provenance.emplace_back(name_of(Origin::mode));
    finding.keeps = casts ? "the casts that autocast made for the example" : "the operations inside, with gradients";
    finding.loses = "the context";
    finding.fix = casts ? "enter autocast around the call of the model, or cast explicitly"
                        : "`detach()` what should have no gradient, which a trace keeps, or enter `torch.no_grad()` "
                          "around the call of the model";
  };
  context.report(made, why.empty() ? Severity::warning : Severity::note,
                 "`" + mode + "` is entered inside the model; a trace drops it" + why, explain);
}

/// A test in the text and what tracing makes of it.
struct TracingTest {
  std::string test;
  bool by_design = false;  ///< whoever writes it means scripting and tracing to differ
};

bool is_size_text(std::string_view text) {
  return text.find(".size(") != std::string_view::npos || text.find(".shape[") != std::string_view::npos ||
         text.find(".numel()") != std::string_view::npos;
}

/// The first argument is a size and the second `int`.
bool tests_size_type(std::string_view arguments) {
  const std::size_t comma = arguments.rfind(',');
  if (comma == std::string_view::npos || !is_size_text(arguments.substr(0, comma))) return false;
  std::string_view type = arguments.substr(comma + 1);
  while (!type.empty() && type.front() == ' ') type.remove_prefix(1);
  while (!type.empty() && type.back() == ' ') type.remove_suffix(1);
  return type == "int";
}

bool calls(std::string_view line, std::string_view name) { return line.find(name) != std::string_view::npos; }

/// The test on a line, or nothing; definitions are no tests.
TracingTest tracing_test(std::string_view line) {
  if (line.find("def ") != std::string_view::npos) return {};
  if (calls(line, "is_tracing()")) return {.test = "is_tracing()"};
  if (calls(line, "_get_tracing_state()")) return {.test = "_get_tracing_state()"};
  if (const std::string_view arguments = arguments_of(line, "isinstance"); tests_size_type(arguments)) {
    return {.test = "isinstance(" + std::string(arguments) + ")"};
  }
  if (calls(line, "is_scripting()")) return {.test = "is_scripting()", .by_design = true};
  return {};
}

std::size_t indent_of(std::string_view line) {
  const std::size_t at = line.find_first_not_of(" \t");
  return at == std::string_view::npos ? line.size() : at;
}

bool is_blank(std::string_view line) { return line.find_first_not_of(" \t\r") == std::string_view::npos; }

/// Statements that change nothing of what is computed: logging, warnings, raising.
bool computes_nothing(std::string_view line) {
  static constexpr std::array<std::string_view, 6> kStarts{"_log_api_usage", "warnings.", "raise ",
                                                           "pass",           "assert ",   "torch._C._log_api"};
  const std::string_view text = line.substr(indent_of(line));
  return std::ranges::any_of(kStarts, [&](std::string_view start) { return text.starts_with(start); });
}

/// The lines that an `if` guards, as far as the archive carries them, only log, warn or raise.
bool guards_nothing(const SourceLines& lines, Symbol file, std::uint32_t number) {
  const std::string_view head = lines.line(file, number);
  if (!head.substr(indent_of(head)).starts_with("if ")) return false;
  bool any = false;
  for (std::uint32_t next = number + 1; next < number + 20; ++next) {
    const std::string_view line = lines.line(file, next);
    if (is_blank(line)) continue;
    if (indent_of(line) <= indent_of(head)) break;
    if (!computes_nothing(line)) return false;
    any = true;
  }
  return any;
}

using NodesByLine = std::map<std::pair<std::uint32_t, std::uint32_t>, NodeId>;

/// The first node of each line: one that stands there itself before one that was called from there.
NodesByLine nodes_by_line(const Graph& graph) {
  NodesByLine nodes;
  const auto add = [&](LocationId frame, NodeId node) {
    if (graph[frame].file) nodes.try_emplace({graph[frame].file.raw, graph[frame].line}, node);
  };
  for (NodeId node : graph.all_nodes()) {
    if (graph[node].loc) add(graph[node].loc, node);
  }
  for (NodeId node : graph.all_nodes()) {
    for (LocationId frame : frames_of(graph, graph[node].loc)) add(frame, node);
  }
  return nodes;
}

void report_test(RuleContext& context, NodeId node, const TracingTest& test) {
  const std::string why = test.by_design ? std::string("; scripting was meant to differ") : why_note(context, node);
  const auto explain = [](Finding& finding) {
    finding.provenance.emplace_back(name_of(Origin::mode));
    finding.keeps = "what is computed while tracing";
    finding.loses = "what is computed at all other times";
    finding.fix = "compute the same whether or not the model is being exported, or compare both with `compare`";
  };
  context.report(node, why.empty() ? Severity::warning : Severity::note,
                 "`" + test.test + "` comes out differently while tracing" + why, explain);
}

}  // namespace

void report_mode_switches(RuleContext& context) {
  const Graph& graph = context.graph();
  if (!is_scripted(graph)) return;
  const Constants& constants = context.analysis<Provenance>().constants();
  for (NodeId node : graph.all_nodes()) {
    if (graph[graph[node].op] != "prim::Enter" || constants.is_dead(graph[node].parent)) continue;
    const auto operands = graph[graph[node].operands];
    if (operands.empty() || !operands[0]) continue;
    const std::string mode = switched_mode(graph[graph[graph[operands[0]].type].name]);
    const NodeId maker = graph.defining_node(operands[0]);
    if (!mode.empty()) report_switch(context, maker ? maker : node, mode);
  }
}

void report_tracing_tests(RuleContext& context) {
  const Graph& graph = context.graph();
  if (!is_scripted(graph) || graph.sources().empty()) return;
  const auto& lines = context.analysis<SourceLines>();
  NodesByLine nodes;
  for (const SourceLines::Place& place : lines.places()) {
    const TracingTest test = tracing_test(lines.line(place.file, place.line));
    if (test.test.empty() || is_library_file(graph[place.file])) continue;
    if (guards_nothing(lines, place.file, place.line)) continue;
    if (nodes.empty()) nodes = nodes_by_line(graph);
    const auto found = nodes.lower_bound({place.file.raw, place.line});
    // The test itself may leave no node; then the statement that it stands in has one, a few lines on at most.
    if (found == nodes.end() || found->first.first != place.file.raw || found->first.second > place.line + 3) continue;
    report_test(context, found->second, test);
  }
}

}  // namespace graphwitness
