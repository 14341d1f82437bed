#include "rules/export_losses.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "analysis/arms.h"
#include "analysis/control_flow.h"
#include "analysis/operators.h"
#include "analysis/provenance.h"
#include "inference/onnx_inference.h"
#include "rules/decision.h"
#include "rules/export_hazards.h"
#include "rules/free_dims.h"
#include "support/quote.h"

namespace graphwitness {
namespace {

std::string counted(std::size_t number, std::string_view what) {
  return std::to_string(number) + " " + std::string(what) + (number == 1 ? "" : "s");
}

/// How many tensors a type holds when it is flattened; none: only the value itself could tell.
std::optional<std::size_t> leaves_of(const Graph& graph, TypeId type) {
  std::size_t count = 0;
  std::vector<TypeId> work{type};
  while (!work.empty()) {
    const Type& it = graph[work.back()];
    work.pop_back();
    switch (it.kind) {
      case Type::Kind::tensor:
      case Type::Kind::scalar:
        ++count;
        break;
      case Type::Kind::tuple:
        for (TypeId field : graph[it.args]) work.push_back(field);
        break;
      case Type::Kind::none:
        break;
      default:
        return std::nullopt;
    }
  }
  return count;
}

bool holds(const Graph& graph, TypeId type, Type::Kind kind) {
  std::vector<TypeId> work{type};
  while (!work.empty()) {
    const Type& it = graph[work.back()];
    work.pop_back();
    if (it.kind == kind) return true;
    for (TypeId part : graph[it.args]) work.push_back(part);
  }
  return false;
}

class Losses {
 public:
  Losses(const Graph& module, const Graph& exported)
      : module_(module), exported_(exported), provenance_(module), inference_(exported), forward_(find_forward()) {}

  std::vector<ExportLoss> run() {
    if (!forward_) return {};
    look_at_inputs();
    look_at_outputs();
    look_at_sizes();
    look_at_control_flow();
    look_at_state();
    look_at_parameters();
    for (ExportHazard& hazard : export_hazards(module_, provenance_, inference_.opset("ai.onnx"))) {
      losses_.push_back(
          {"export-semantics", hazard.node, hazard.severity, std::move(hazard.message), std::move(hazard.fix)});
    }
    return std::move(losses_);
  }

 private:
  FunctionId find_forward() const {
    FunctionId first;
    for (FunctionId function : module_.functions()) {
      if (!first || module_[module_[function].name] == "forward") first = function;
    }
    return first;
  }

  void add(NodeId node, Severity severity, std::string message, std::string fix) {
    losses_.push_back({"export-loss", node, severity, std::move(message), std::move(fix)});
  }

  std::vector<ValueId> module_inputs() const {
    const auto params = module_[module_[module_[forward_].body].params];
    const std::size_t self = module_[forward_].self && !params.empty() ? 1 : 0;
    return {params.begin() + static_cast<std::ptrdiff_t>(self), params.end()};
  }

  /// Names without the number that TorchScript appends to tell values apart: "x.1".
  static std::string_view plain(std::string_view name) {
    const std::size_t dot = name.rfind('.');
    const bool is_numbered = dot != std::string_view::npos && dot + 1 < name.size() &&
                             name.find_first_not_of("0123456789", dot + 1) == std::string_view::npos;
    return is_numbered ? name.substr(0, dot) : name;
  }

  void look_at_inputs() {
    const std::vector<ValueId> own = module_inputs();
    const std::vector<ValueId> kept = graph_inputs(exported_);
    std::set<std::string_view> names;
    for (ValueId input : kept) names.insert(plain(exported_[exported_[input].name]));
    const bool names_match =
        std::ranges::any_of(own, [&](ValueId input) { return names.contains(plain(module_[module_[input].name])); });
    std::size_t leaves = 0;
    bool is_countable = true;
    for (ValueId input : own) {
      const auto count = leaves_of(module_, module_[input].type);
      is_countable = is_countable && count;
      leaves += count.value_or(0);
      if (is_scalar_like(module_, module_[input].type)) look_at_argument(input, names, names_match);
    }
    if (names_match) {
      for (ValueId input : own) look_at_input(input, names);
    } else if (is_countable && kept.size() < leaves) {
      add({}, Severity::warning,
          "the module takes " + counted(leaves, "input") + ", the export " + std::to_string(kept.size()),
          "what an input decided is constant in the export; pass it as a tensor that the result depends on");
    }
    if (is_countable && kept.size() > leaves) {
      add({}, Severity::warning,
          "the export takes " + counted(kept.size(), "input") + ", the module " + std::to_string(leaves) +
              ": an argument with a default has become an input that must be given",
          "leave arguments with defaults out of the example, or bind them before exporting");
    }
  }

  void look_at_input(ValueId input, const std::set<std::string_view>& names) {
    const std::string_view name = plain(module_[module_[input].name]);
    const bool is_plain = module_[module_[input].type].kind == Type::Kind::tensor;
    if (!is_plain || names.contains(name)) return;
    const bool is_used = !module_.uses(input).empty();
    add({}, is_used ? Severity::warning : Severity::note,
        "input " + quote(name) + " is not in the export" + (is_used ? "" : "; the module does not use it either"),
        "what the input decided is constant in the export; see what the module reads of it");
  }

  void look_at_argument(ValueId input, const std::set<std::string_view>& names, bool names_match) {
    const std::string_view name = plain(module_[module_[input].name]);
    if (module_.uses(input).empty() || (names_match && names.contains(name))) return;
    const std::size_t inputs = graph_inputs(exported_).size();
    if (!names_match && inputs >= module_inputs().size()) return;
    add({}, Severity::warning,
        "argument " + quote(name) + " is no input of the export, which keeps the example's value",
        "pass it as a tensor, or export once a value");
  }

  void look_at_outputs() {
    const auto outputs = module_[module_[module_[forward_].body].outputs];
    const auto kept = exported_outputs();
    std::size_t leaves = 0;
    bool is_countable = true;
    for (ValueId output : outputs) {
      const TypeId type = module_[output].type;
      const auto count = leaves_of(module_, type);
      is_countable = is_countable && count;
      leaves += count.value_or(0);
      const bool is_dict = holds(module_, type, Type::Kind::dict);
      const Type& outer = module_[type];
      const bool is_nested =
          outer.kind == Type::Kind::tuple && std::ranges::any_of(module_[outer.args], [&](TypeId field) {
            return module_[field].kind == Type::Kind::tuple || module_[field].kind == Type::Kind::list;
          });
      if (is_dict || is_nested) {
        add({}, Severity::warning,
            std::string(is_dict ? "the dict that the module yields" : "the nested tuple that the module yields") +
                " is flattened to " + counted(kept.size(), "output") + (is_dict ? ", without its keys" : ""),
            "name the outputs with output_names, and put them together again where the model is run");
      }
    }
    if (!is_countable || kept.size() == leaves) return;
    add({}, Severity::warning,
        "the module yields " + counted(leaves, "tensor") + ", the export " + std::to_string(kept.size()),
        "compare the outputs one by one; what is None is left out of an export");
  }

  std::vector<ValueId> exported_outputs() const {
    std::vector<ValueId> outputs;
    for (FunctionId function : exported_.functions()) {
      for (ValueId output : exported_[exported_[exported_[function].body].outputs]) outputs.push_back(output);
    }
    return outputs;
  }

  /// A traced or scripted module takes any size; the export takes what its types say.
  void look_at_sizes() {
    bool any_open = false;
    std::vector<std::string> fixed;
    for (ValueId input : graph_inputs(exported_)) {
      std::string axes;
      std::string sizes;
      const auto dims = exported_[exported_[exported_[input].type].dims];
      for (std::size_t axis = 0; axis < dims.size(); ++axis) {
        const bool is_open = dims[axis].extent == Dim::kUnknown;
        const std::string name = dims[axis].name ? std::string(exported_[dims[axis].name]) : "?";
        any_open = any_open || is_open;
        sizes += (axis == 0 ? "" : ", ") + (is_open ? name : std::to_string(dims[axis].extent));
        if (!is_open) axes += (axes.empty() ? "" : ", ") + std::to_string(axis);
      }
      if (axes.empty()) continue;
      std::string what = axes.find(',') == std::string::npos ? "dimension " : "dimensions ";
      what += axes;
      what += " of input " + quote(exported_[exported_[input].name]);
      what += ": [" + sizes + "]";
      fixed.push_back(std::move(what));
    }
    for (const std::string& what : fixed) {
      add({}, any_open ? Severity::note : Severity::warning, "the export fixes " + what,
          "name the sizes that must stay free in dynamic_axes");
    }
  }

  std::size_t count_exported(std::string_view op) const {
    std::size_t count = 0;
    for (NodeId node : exported_.all_nodes()) count += exported_[exported_[node].op] == op ? 1U : 0U;
    return count;
  }

  bool is_live(NodeId node) const { return !provenance_.constants().is_dead(module_[node].parent); }

  /// The arm of a branch, or how often a loop turns.
  bool is_decided_by(NodeId node, Origin origin) const {
    const auto operands = module_[module_[node].operands];
    const auto form = loop_form(module_, node);
    if (!form) return provenance_.comes_from(value_at(operands, 0), Facet::data, origin);
    const auto outputs = module_[module_[module_[module_[node].blocks][0]].outputs];
    for (const ValueId decider : {value_at(operands, form->count_operand), value_at(operands, form->condition_operand),
                                  value_at(outputs, form->condition_output)}) {
      if (provenance_.comes_from(decider, Facet::data, origin)) return true;
    }
    return false;
  }

  void look_at_control_flow() {
    std::vector<NodeId> branches;
    std::vector<NodeId> loops;
    for (NodeId node : module_.all_nodes()) {
      if (!is_live(node)) continue;
      if (is_branch(module_, node)) look_at_branch(node, branches);
      if (loop_form(module_, node)) loops.push_back(node);
    }
    report_lost(branches, count_exported("onnx::If"), "branch", "keeps the arm that the example took");
    std::erase_if(
        loops, [&](NodeId loop) { return !is_decided_by(loop, Origin::data) && !is_decided_by(loop, Origin::shape); });
    report_lost(loops, count_exported("onnx::Loop") + count_exported("onnx::Scan"), "loop",
                "keeps the number of turns that the example took");
  }

  void look_at_branch(NodeId node, std::vector<NodeId>& branches) {
    const auto arms = module_[module_[node].blocks];
    if (always_raises(module_, arms[0]) != always_raises(module_, arms[1])) {
      const bool on_data = is_decided_by(node, Origin::data);
      if ((!on_data && !is_decided_by(node, Origin::shape)) || is_in_library(module_, node)) return;
      return add(node, Severity::warning, "this assertion is not in the export, which goes on where the module raises",
                 "check the inputs before they reach the model");
    }
    if (are_equal(module_, arms[0], arms[1]) || is_unobserved(module_, node)) return;
    if (is_decided_by(node, Origin::data) || is_decided_by(node, Origin::shape)) branches.push_back(node);
  }

  void report_lost(const std::vector<NodeId>& decisions, std::size_t kept, const std::string& what,
                   const std::string& instead) {
    if (decisions.empty() || kept >= decisions.size()) return;
    if (kept > 0) {
      add(decisions.front(), Severity::note,
          "the module has " + counted(decisions.size(), what) + " that inputs decide, the export " +
              std::to_string(kept),
          "look which of them are gone");
      return;
    }
    const std::string lost = "this " + what + " is not in the export, which " + instead;
    for (NodeId node : decisions) {
      const bool on_data = is_decided_by(node, Origin::data);
      const Severity severity = is_in_library(module_, node) ? Severity::note
                                : on_data                    ? Severity::error
                                                             : Severity::warning;
      add(node, severity, lost + (on_data ? "" : "; it is decided by a shape"),
          "script the module before exporting it, or write the decision with tensor operations (`torch.where`)");
    }
  }

  void look_at_state() {
    std::set<std::string_view> told;
    for (NodeId node : module_.all_nodes()) {
      if (!is_live(node)) continue;
      const std::string_view op = module_[module_[node].op];
      if (op == "prim::SetAttr") {
        const Literal* name = module_.attribute(node, "name");
        if (name != nullptr && told.insert(module_.text(*name)).second) report_state(node, module_.text(*name));
        continue;
      }
      const auto operands = module_[module_[node].operands];
      if (!op.starts_with("aten::") || operands.empty() || !operands[0] || !effect_of(module_, node).writes_first)
        continue;
      const NodeId source = module_.defining_node(operands[0]);
      if (!source || module_[module_[source].op] != "prim::GetAttr") continue;
      const Literal* name = module_.attribute(source, "name");
      if (name != nullptr && told.insert(module_.text(*name)).second) report_state(node, module_.text(*name));
    }
  }

  void report_state(NodeId node, std::string_view name) {
    add(node, Severity::warning,
        "the update of " + quote(name) + " is not in the export: ONNX graphs keep no state from call to call",
        "return the new state and pass it in at the next call");
  }

  /// The floating dtypes that parameters have.
  void look_at_parameters() {
    std::set<DType> own;
    for (ModuleId id : module_.modules()) {
      for (const ModuleAttribute& attribute : module_[module_[id].attributes]) {
        const Literal& value = module_[attribute.value];
        if (attribute.role != ModuleAttribute::Role::parameter || value.kind != Literal::Kind::tensor) continue;
        own.insert(module_[module_[TensorId{static_cast<std::uint32_t>(value.bits)}].type].dtype);
      }
    }
    std::set<DType> kept;
    for (ValueId value : exported_.all_values()) {
      if (exported_[value].def != Value::Def::constant) continue;
      const Tensor& tensor = exported_[TensorId{exported_[value].owner}];
      if (!exported_[exported_[tensor.type].dims].empty()) kept.insert(exported_[tensor.type].dtype);
    }
    for (const DType dtype : {DType::f16, DType::bf16, DType::f64}) {
      if (!own.contains(dtype) || kept.contains(dtype) || kept.empty()) continue;
      add({}, Severity::warning,
          "the module has parameters of dtype " + std::string(name_of(dtype)) + ", the export has none",
          "export the module in the dtype that it is to run in");
    }
  }

  const Graph& module_;
  const Graph& exported_;
  Provenance provenance_;
  OnnxInference inference_;
  FunctionId forward_;
  std::vector<ExportLoss> losses_;
};

}  // namespace

std::vector<ExportLoss> export_losses(const Graph& module, const Graph& exported) {
  return Losses(module, exported).run();
}

}  // namespace graphwitness
