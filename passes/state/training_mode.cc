#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "analysis/provenance.h"
#include "graphwitness/rules/rule.h"
#include "rules/onnx_export_marks.h"
#include "rules/places.h"
#include "rules/recorded.h"
#include "rules/recorded_sources.h"
#include "rules/writes.h"

namespace graphwitness {
namespace {

/// Which operand says whether the operator runs in training mode.
struct Switch {
  std::string_view op;
  std::size_t operand;
};
constexpr std::array<Switch, 14> kSwitches{{{"aten::dropout", 2},
                                            {"aten::dropout_", 2},
                                            {"aten::native_dropout", 2},
                                            {"aten::feature_dropout", 2},
                                            {"aten::feature_dropout_", 2},
                                            {"aten::alpha_dropout", 2},
                                            {"aten::alpha_dropout_", 2},
                                            {"aten::feature_alpha_dropout", 2},
                                            {"aten::feature_alpha_dropout_", 2},
                                            {"aten::rrelu", 3},
                                            {"aten::batch_norm", 5},
                                            {"aten::native_batch_norm", 5},
                                            {"aten::cudnn_batch_norm", 5},
                                            {"aten::miopen_batch_norm", 5}}};

ValueId switch_of(const Graph& graph, NodeId node) {
  const auto* const found = std::ranges::find(kSwitches, graph[graph[node].op], &Switch::op);
  const auto operands = graph[graph[node].operands];
  return found == kSwitches.end() || found->operand >= operands.size() ? ValueId{} : operands[found->operand];
}

/// Batch norm without running statistics computes them in every mode, and dropout of nothing drops nothing.
bool is_by_design(const Graph& graph, const Constants& constants, NodeId node) {
  const auto operands = graph[graph[node].operands];
  const std::string_view op = graph[graph[node].op];
  if (op.ends_with("batch_norm")) return operands.size() > 3 && constants[operands[3]].kind == Constant::Kind::none;
  return false;
}

bool is_on(const Graph& graph, const Constants& constants, NodeId node) {
  const ValueId value = switch_of(graph, node);
  return value && constants[value].kind == Constant::Kind::boolean && constants[value].bits != 0;
}

/// The mode of a module, not a literal of the code, put the operator into training mode.
bool is_by_module(RuleContext& context, NodeId node) {
  const Graph& graph = context.graph();
  const ValueId value = switch_of(graph, node);
  const NodeId maker = value ? graph.defining_node(value) : NodeId{};
  if (maker && graph[graph[maker].op] != "prim::Constant") return true;
  for (LocationId frame : frames_of(graph, graph[node].loc)) {
    if (graph[graph[frame].file].find("torch/nn/modules/") != std::string_view::npos) return true;
    if (!graph[frame].file || is_library_file(graph[graph[frame].file])) continue;
    return context.analysis<RecordedSources>().line(graph[frame].file, graph[frame].line).find(".training") !=
           std::string::npos;
  }
  return false;
}

void run_on_onnx(RuleContext& context) {
  for (ExportMark& mark : onnx_training_nodes(context.graph())) {
    context.report(mark.node, Severity::warning, std::move(mark.message),
                   [fix = std::move(mark.fix)](Finding& finding) {
                     finding.provenance = {"training"};
                     finding.keeps = "the mode that the model was in";
                     finding.fix = fix;
                   });
  }
}

using Lines = std::set<std::pair<Symbol, std::uint32_t>>;

/// The user's line, of which one finding is enough.
bool is_new_line(const Graph& graph, NodeId node, Lines& lines) {
  const LocationId shown = shown_frame(graph, graph[node].loc);
  return shown && lines.emplace(graph[shown].file, graph[shown].line).second;
}

/// Modules of PyTorch keep statistics in buffers and update them in training mode only: the power iteration of
/// spectral norm is one. What a trace recorded of it runs for good.
void report_updates(RuleContext& context, Lines& lines) {
  const Graph& graph = context.graph();
  for (const Write& write : running_writes(context)) {
    if (write.target != Write::Target::attribute || !is_recorded(graph, write.node)) continue;
    const ModuleAttribute* const written =
        context.analysis<Provenance>().constants().modules().attribute_read(graph.defining_node(write.root));
    if (written == nullptr || written->role != ModuleAttribute::Role::buffer) continue;
    const LocationId place = graph[write.node].loc;
    if (!place || !graph[place].file || !is_library_file(graph[graph[place].file])) continue;
    if (!is_new_line(graph, write.node, lines)) continue;
    context.report(write.node, Severity::warning,
                   "the buffer `" + std::string(attribute_name(graph, write.root)) +
                       "` is updated, as PyTorch does in training mode; `.eval()` on the trace does not end it",
                   [](Finding& finding) {
                     finding.provenance = {"training"};
                     finding.keeps = "the mode that the model was in";
                     finding.loses = "the other mode";
                     finding.fix = "call `.eval()` on the model before it is traced";
                   });
  }
}

void run(RuleContext& context) {
  const Graph& graph = context.graph();
  if (graph.format() == Format::onnx) return run_on_onnx(context);
  Lines lines;
  const auto& constants = context.analysis<Provenance>().constants();
  for (NodeId node : graph.all_nodes()) {
    if (constants.is_dead(graph[node].parent) || !is_on(graph, constants, node) || is_by_design(graph, constants, node))
      continue;
    is_new_line(graph, node, lines);
    const bool by_module = is_by_module(context, node);
    const bool recorded = is_recorded(graph, node);
    std::string message = "`" + std::string(graph[graph[node].op]) + "` runs in training mode";
    if (!by_module) message += ", as the code says";
    if (by_module && recorded) message += "; `.eval()` on the trace does not end it";
    context.report(node, by_module ? Severity::warning : Severity::note, std::move(message),
                   [by_module, recorded](Finding& finding) {
                     finding.provenance = {"training"};
                     finding.keeps = "the mode that the model was in";
                     finding.loses = recorded ? "the other mode" : "";
                     finding.fix = by_module ? "call `.eval()` on the model before it is traced, scripted or exported"
                                             : "pass `training=self.training`, where it is meant for training only";
                   });
  }
  if (has_recording(graph)) report_updates(context, lines);
}

}  // namespace

extern constinit const Rule rule_training_mode{"training-mode", "dropout or batch norm that runs in training mode",
                                               run};

}  // namespace graphwitness
