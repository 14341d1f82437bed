#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "analysis/operators.h"
#include "analysis/provenance.h"
#include "graphwitness/rules/rule.h"
#include "rules/exporter_table.h"
#include "rules/refused_arguments.h"

namespace graphwitness {
namespace {

/// What the exporter takes away or rewrites before it looks operators up.
constexpr std::array<std::string_view, 21> kRewritten{
    "aten::Bool",         "aten::Complex",        "aten::Float",        "aten::FloatImplicit", "aten::Int",
    "aten::IntImplicit",  "aten::ScalarImplicit", "prim::CallFunction", "prim::CallMethod",    "prim::Constant",
    "prim::CreateObject", "prim::GetAttr",        "prim::NumToTensor",  "prim::Print",         "prim::RaiseException",
    "prim::SetAttr",      "prim::TupleIndex",     "prim::TupleUnpack",  "prim::isinstance",    "aten::warn",
    "prim::PythonOp"};

/// So many operators are named in one message.
constexpr std::size_t kMostNames = 4;

bool is_rewritten(std::string_view op) { return std::ranges::find(kRewritten, op) != kRewritten.end(); }

/// Only what yields a tensor is recorded when a module is traced; the rest is done by Python.
bool yields_tensor(const Graph& graph, NodeId node) {
  return std::ranges::any_of(graph[graph[node].results],
                             [&](ValueId result) { return result && !is_scalar_like(graph, graph[result].type); });
}

bool is_traced(const Graph& graph, NodeId node) {
  return graph[graph[graph[node].parent].function].origin == Function::Origin::traced;
}

std::string_view overload_of(const Graph& graph, NodeId node) {
  const Literal* overload = graph.attribute(node, "overload");
  return overload != nullptr && overload->kind == Literal::Kind::string ? graph.text(*overload) : std::string_view();
}

std::string_view op_of(const Graph& graph, NodeId node) {
  return node ? std::string_view(graph[graph[node].op]) : std::string_view();
}

NodeId maker_of_target(const Graph& graph, NodeId write) {
  const auto operands = graph[graph[write].operands];
  return operands.empty() || !operands[0] ? NodeId{} : graph.defining_node(operands[0]);
}

/// A part of a tensor, which the exporter writes to by index.
bool is_part(std::string_view op) { return op == "aten::select" || op == "aten::slice"; }

/// What the exporter makes of a whole tensor that is written over; "": it takes it away.
std::string_view copy_as_exported(const Graph& graph, NodeId copy) {
  const NodeId maker = maker_of_target(graph, copy);
  const std::string_view op = op_of(graph, maker);
  if (is_part(op)) return "aten::index_put";
  const bool is_view = maker && effect_of(graph, maker).aliases_first && !effect_of(graph, maker).writes_first;
  return op == "prim::GetAttr" || is_view ? std::string_view() : "aten::copy_";
}

bool is_unpacked(const Graph& graph, NodeId node) {
  const auto results = graph[graph[node].results];
  if (results.empty() || !results[0]) return false;
  const auto uses = graph.uses(results[0]);
  return uses.size() == 1 && uses[0].user && op_of(graph, uses[0].user) == "prim::ListUnpack";
}

/// The name under which the exporter looks a node up, after its own passes.
std::string_view as_exported(const Graph& graph, NodeId node) {
  const std::string_view op = op_of(graph, node);
  if (op == "aten::copy_") return copy_as_exported(graph, node);
  if (op == "aten::zero_" && !is_part(op_of(graph, maker_of_target(graph, node)))) return "aten::zeros_like";
  if (op == "aten::chunk" && is_unpacked(graph, node)) return "prim::ConstantChunk";
  return op;
}

/// What the exporter will look up.
std::vector<NodeId> exported_nodes(RuleContext& context) {
  const Graph& graph = context.graph();
  const Constants& constants = context.analysis<Provenance>().constants();
  std::vector<NodeId> nodes;
  for (NodeId node : graph.all_nodes()) {
    const std::string_view op = graph[graph[node].op];
    if (is_rewritten(op) || as_exported(graph, node).empty() || constants.is_dead(graph[node].parent)) continue;
    const bool is_recorded = context.options().purpose == Purpose::trace || is_traced(graph, node);
    if (is_recorded && (op.starts_with("prim::") || !yields_tensor(graph, node))) continue;
    // What tracing records as `aten::to`.
    if (is_recorded && (op == "aten::cpu" || op == "aten::cuda")) continue;
    nodes.push_back(node);
  }
  return nodes;
}

/// "1.13": two numbers are enough to tell exporters apart.
std::string short_version(std::string_view version) {
  const std::size_t first = version.find('.');
  return std::string(version.substr(0, version.find('.', first + 1)));
}

class Report {
 public:
  explicit Report(RuleContext& context)
      : context_(context),
        graph_(context.graph()),
        constants_(context.analysis<Provenance>().constants()),
        opset_(context.options().target_opset) {}

  void run() {
    const std::vector<NodeId> nodes = exported_nodes(context_);
    fix_ = describe_lowest(nodes);
    for (NodeId node : nodes) look_at(node);
    report_partly_lowered();
    look_at_packing(nodes);
  }

 private:
  bool is_exported(NodeId node, const ExporterTable& table, std::int64_t opset) const {
    return table.is_exported(as_exported(graph_, node), overload_of(graph_, node), opset) &&
           refused_arguments(graph_, constants_, node, table, opset).empty();
  }

  /// The lowest opset at which everything is exported; none: there is no such opset.
  std::optional<std::int64_t> lowest_opset(const std::vector<NodeId>& nodes, const ExporterTable& table) const {
    for (std::int64_t opset = table.oldest(); opset <= table.newest(); ++opset) {
      if (std::ranges::all_of(nodes, [&](NodeId node) { return is_exported(node, table, opset); })) return opset;
    }
    return std::nullopt;
  }

  std::string describe_lowest(const std::vector<NodeId>& nodes) const {
    std::string text;
    for (const ExporterTable& table : tables_) {
      const auto lowest = lowest_opset(nodes, table);
      if (!text.empty()) text += "; ";
      text += "with PyTorch " + short_version(table.version()) + " ";
      text += lowest ? "opset " + std::to_string(*lowest) + " is the lowest that has every operator of the model"
                     : "no opset has every operator of the model";
    }
    return text;
  }

  void look_at(NodeId node) {
    const std::string_view op = as_exported(graph_, node);
    const std::string_view overload = overload_of(graph_, node);
    std::string arguments;
    std::string missing;
    std::size_t unsupported = 0;
    for (const ExporterTable& table : tables_) {
      if (is_exported(node, table, opset_)) continue;
      ++unsupported;
      if (!missing.empty()) missing += "; ";
      missing += describe_missing(node, table);
      if (arguments.empty() && table.is_exported(op, overload, opset_)) {
        arguments = " with " + refused_arguments(graph_, constants_, node, table, opset_);
      }
    }
    if (unsupported == 0) return look_at_refusals(node, op, overload);
    const std::string name =
        "`" + std::string(graph_[graph_[node].op]) + (overload.empty() ? "" : "." + std::string(overload)) + "`";
    context_.report(node, unsupported == tables_.size() ? Severity::error : Severity::warning,
                    name + arguments + " has no lowering to ONNX opset " + std::to_string(opset_) + ": " + missing,
                    explain());
  }

  std::string describe_missing(NodeId node, const ExporterTable& table) const {
    const std::string_view op = as_exported(graph_, node);
    std::string text = "PyTorch " + short_version(table.version()) + " ";
    if (opset_ < table.oldest() || opset_ > table.newest()) {
      return text + "exports opsets " + std::to_string(table.oldest()) + " to " + std::to_string(table.newest());
    }
    for (std::int64_t opset = opset_; opset <= table.newest(); ++opset) {
      if (is_exported(node, table, opset)) return text + "has one from opset " + std::to_string(opset) + " on";
    }
    for (std::int64_t opset = opset_; opset >= table.oldest(); --opset) {
      if (is_exported(node, table, opset)) return text + "has one up to opset " + std::to_string(opset) + " only";
    }
    if (table.is_exported(op, overload_of(graph_, node), opset_)) return text + "refuses it at every opset";
    if (table.first_opset(op, "any other", table.oldest()) != 0) return text + "does not take this overload";
    return text + "has none at any opset";
  }

  void look_at_refusals(NodeId node, std::string_view op, std::string_view overload) {
    const ExporterTable& newest = tables_.back();
    if (newest.standing(op, overload, opset_) != ExporterTable::Standing::partly) return;
    if (newest.refusals(op).empty() || !told_.insert(op).second) return;
    partly_.emplace_back(node, op);
  }

  /// A packed sequence is no value of ONNX: both ends must be there, and the exporter takes them away together.
  void look_at_packing(const std::vector<NodeId>& nodes) {
    constexpr std::array<std::string_view, 2> kEnds{"aten::_pack_padded_sequence", "aten::_pad_packed_sequence"};
    std::array<NodeId, 2> first{};
    for (NodeId node : nodes) {
      const auto* const end = std::ranges::find(kEnds, op_of(graph_, node));
      if (end != kEnds.end() && !first[static_cast<std::size_t>(end - kEnds.begin())]) {
        first[static_cast<std::size_t>(end - kEnds.begin())] = node;
      }
    }
    if (bool(first[0]) == bool(first[1])) return;
    const std::size_t have = first[0] ? 0 : 1;
    std::string who;
    for (const ExporterTable& table : tables_) {
      if (!who.empty()) who += " and ";
      who += "PyTorch " + short_version(table.version());
    }
    context_.report(first[have], Severity::error,
                    "`" + std::string(kEnds[have]) + "` is lowered to ONNX only together with `" +
                        std::string(kEnds[1 - have]) + "`: " + who + " refuse it alone");
  }

  /// Once a model: what else is refused can mostly not be told from the graph, and mostly is not met.
  void report_partly_lowered() {
    if (partly_.empty()) return;
    const ExporterTable& newest = tables_.back();
    std::string names;
    std::string reasons;
    for (std::size_t i = 0; i < partly_.size(); ++i) {
      const std::string name = "`" + std::string(partly_[i].second) + "`";
      if (i < kMostNames) names += (i == 0 ? "" : ", ") + name;
      reasons += (i == 0 ? "" : "; ") + name + ": " + std::string(newest.refusals(partly_[i].second));
    }
    if (partly_.size() > kMostNames) names += " and " + std::to_string(partly_.size() - kMostNames) + " more";
    context_.report(
        partly_.front().first, Severity::note,
        names + (partly_.size() == 1 ? " is" : " are") + " lowered to ONNX but for cases that this graph does not tell",
        [reasons, version = short_version(newest.version())](Finding& finding) {
          finding.fix = "look whether the export meets what PyTorch " + version + " refuses: " + reasons;
        });
  }

  std::function<void(Finding&)> explain() const {
    return [fix = fix_](Finding& finding) { finding.fix = fix; };
  }

  RuleContext& context_;
  const Graph& graph_;
  const Constants& constants_;
  std::int64_t opset_;
  std::vector<ExporterTable> tables_ = exporter_tables();
  std::string fix_;
  std::set<std::string_view> told_;
  std::vector<std::pair<NodeId, std::string_view>> partly_;  ///< lowered but for some cases
};

void run(RuleContext& context) {
  if (context.graph().format() == Format::onnx || context.options().target_opset == 0) return;
  Report(context).run();
}

}  // namespace

extern constinit const Rule rule_unsupported_op{
    "unsupported-op", "an operator that PyTorch's exporter does not lower to the ONNX opset of --target", run};

}  // namespace graphwitness
