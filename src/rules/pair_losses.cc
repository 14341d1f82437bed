#include "rules/pair_losses.h"

#include <algorithm>
#include <array>
#include <optional>
#include <unordered_set>
#include <utility>

#include "analysis/constant_values.h"
#include "analysis/control_flow.h"
#include "analysis/operator_twins.h"
#include "analysis/operators.h"
#include "analysis/provenance.h"
#include "rules/decision.h"
#include "rules/output_structure.h"
#include "rules/pairing.h"
#include "rules/places.h"
#include "support/quote.h"

namespace graphwitness {
namespace {

constexpr int kBudget = 64;
constexpr std::size_t kShownConstants = 3;

/// What a constant stands for, by where the script's value comes from; the strongest first.
struct Reason {
  std::string_view origin;
  std::string_view rule_for_number;
  std::string_view rule_for_tensor;
  Severity severity;
  std::string_view fix;
};
constexpr std::string_view kKeepTensor =
    "keep the value a tensor (no `int()`, `float()`, `.item()` or `.tolist()`), or export this function with "
    "`torch.jit.script`";
constexpr std::string_view kKeepSize =
    "use `x.size(i)` and arithmetic on it as they are, without `int()`, `len()` or `math`, or export this function "
    "with "
    "`torch.jit.script`";
constexpr std::string_view kScript = "export this function with `torch.jit.script`";
constexpr std::string_view kInputs = "trace once for each value, or export this function with `torch.jit.script`";
constexpr std::array kReasons = std::to_array<Reason>({
    {"data", "tensor-read-as-number", "frozen-tensor", Severity::error, kKeepTensor},
    {"random", "tensor-read-as-number", "frozen-tensor", Severity::error, kKeepTensor},
    {"state", "mutated-state", "mutated-state", Severity::warning,
     "pass the state in and return it, or export the module with `torch.jit.script`"},
    {"shape", "frozen-shape", "frozen-tensor", Severity::warning, kKeepSize},
    {"rank", "frozen-shape", "frozen-tensor", Severity::warning, kScript},
    {"layout", "frozen-shape", "frozen-tensor", Severity::warning, kScript},
    {"dtype", "frozen-dtype", "frozen-dtype", Severity::warning, kScript},
    {"device", "frozen-device", "frozen-device", Severity::warning, kScript},
    {"gradient", "mode-dependent-branch", "frozen-tensor", Severity::warning, kScript},
    {"metadata", "frozen-dtype", "frozen-dtype", Severity::warning, kScript},
    {"argument", "argument-dependent-branch", "frozen-tensor", Severity::warning, kInputs},
    {"mode", "mode-dependent-branch", "mode-dependent-branch", Severity::note, kScript},
    {"training", "mode-dependent-branch", "mode-dependent-branch", Severity::note, kScript},
});

/// What a message or a check does with a value does not reach the result.
bool only_tells(std::string_view op) {
  constexpr std::array<std::string_view, 6> kTelling{"prim::RaiseException", "prim::Print", "aten::format",
                                                     "aten::warn",           "prim::Enter", "prim::Exit"};
  return std::ranges::find(kTelling, op) != kTelling.end();
}

bool makes_alike(std::string_view op) {
  return op.starts_with("aten::") && (op.ends_with("_like") || op.starts_with("aten::new_"));
}

class LossFinder {
 public:
  explicit LossFinder(RuleContext& context)
      : context_(context),
        pairing_(*context.pairing()),
        scripted_(pairing_.scripted()),
        traced_(pairing_.traced()),
        alignment_(pairing_.alignment()),
        provenance_(context.analysis<Provenance>()) {
    trace_is_frozen_ = has_parameters(scripted_) && !has_parameters(traced_);
  }

  Losses run() {
    for (NodeId node : scripted_.all_nodes()) {
      if (provenance_.constants().is_dead(scripted_[node].parent)) continue;
      const std::string_view op = scripted_[scripted_[node].op];
      if (assigns_state(node) && !pairing_.is_kept(node)) lose_assignment(node);
      if (pairing_.is_kept(node) && !only_tells(op)) compare_operands(node);
    }
    for (FunctionId function : scripted_.functions()) compare_outputs(function);
    return std::move(losses_);
  }

 private:
  static bool has_parameters(const Graph& graph) {
    for (ModuleId module : graph.modules()) {
      for (const ModuleAttribute& attribute : graph[graph[module].attributes]) {
        if (attribute.role == ModuleAttribute::Role::parameter) return true;
      }
    }
    return false;
  }

  /// An attribute of a module is assigned; an object that the code itself makes (a context manager) is no state.
  bool assigns_state(NodeId node) const {
    const ValueId object = value_at(scripted_[scripted_[node].operands], 0);
    if (scripted_[scripted_[node].op] != "prim::SetAttr" || !object) return false;
    return bool(provenance_.constants().modules().module(object));
  }

  void compare_operands(NodeId node) {
    const auto recorded = alignment_.on_right(node);
    const auto operands = scripted_[scripted_[node].operands];
    for (const OperandPair& pair : operand_pairs(scripted_, node, traced_, recorded[0])) {
      if (!operands[pair.left]) continue;
      std::vector<ValueId> others;
      for (NodeId other : recorded) {
        const auto values = traced_[traced_[other].operands];
        if (pair.right < values.size()) others.push_back(values[pair.right]);
      }
      compare_values(node, operands[pair.left], others);
    }
    compare_kind_of_result(node, recorded[0]);
  }

  /// A list that both make on the spot is compared element by element.
  void compare_values(NodeId node, ValueId value, const std::vector<ValueId>& others) {
    const std::vector<ValueId> elements = listed_elements(scripted_, value);
    const bool both_listed = !elements.empty() && !others.empty() && std::ranges::all_of(others, [&](ValueId other) {
      return listed_elements(traced_, other).size() == elements.size();
    });
    if (!both_listed) {
      compare_value(node, value, others, others);
      leave_open(node, value, others);
      return;
    }
    for (std::size_t i = 0; i < elements.size(); ++i) {
      std::vector<ValueId> parts;
      parts.reserve(others.size());
      for (ValueId other : others) parts.push_back(listed_elements(traced_, other)[i]);
      compare_value(node, elements[i], parts, others);
    }
  }

  void leave_open(NodeId node, ValueId value, const std::vector<ValueId>& others) {
    if (constant_node(scripted_, value)) return;
    const auto recorded = alignment_.on_right(node);
    for (std::size_t i = 0; i < others.size() && i < recorded.size(); ++i) {
      const std::vector<ValueId> elements = listed_elements(traced_, others[i]);
      const auto constants =
          std::ranges::count_if(elements, [&](ValueId e) { return bool(constant_node(traced_, e)); });
      if (constants != 0 && static_cast<std::size_t>(constants) != elements.size()) losses_.open.push_back(recorded[i]);
    }
  }

  void compare_value(NodeId node, ValueId value, const std::vector<ValueId>& others,
                     const std::vector<ValueId>& shown) {
    const ValueId computed = behind_passing(scripted_, value);
    if (is_known(value) || is_known(computed) || constant_node(scripted_, value)) return;
    std::vector<std::string> constants;
    for (std::size_t i = 0; i < others.size(); ++i) {
      if (!is_constant(others[i])) continue;
      std::string text = constant_text(traced_, shown[i]);
      if (std::ranges::find(constants, text) == constants.end()) constants.push_back(std::move(text));
    }
    if (constants.empty()) return;
    if (is_captured_attribute(computed)) {
      lose_attribute(node, computed);
      return;
    }
    const Reason* reason = reason_for(value);
    if (reason != nullptr && !follows_from_lost_control(value)) lose_value(node, value, *reason, constants);
  }

  bool is_known(ValueId value) const {
    const Constant& constant = provenance_.constants()[value];
    return constant.kind != Constant::Kind::unknown && constant.kind != Constant::Kind::not_none;
  }

  bool is_constant(ValueId other) const {
    if (!other) return false;
    const std::vector<ValueId> elements = listed_elements(traced_, other);
    if (!elements.empty()) {
      return std::ranges::all_of(elements, [&](ValueId element) { return bool(constant_node(traced_, element)); });
    }
    return bool(constant_node(traced_, other));
  }

  /// A tensor that is neither parameter nor buffer of the trace: the script reads it anew at every call.
  bool is_captured_attribute(ValueId value) const {
    if (trace_is_frozen_ || scripted_[scripted_[value].type].kind != Type::Kind::tensor) return false;
    const NodeId reader = scripted_.defining_node(value);
    return reader && scripted_[scripted_[reader].op] == "prim::GetAttr" &&
           provenance_.constants().modules().attribute_read(reader) != nullptr;
  }

  std::optional<Origin> origin_called(ValueId value, std::string_view name) const {
    for (std::uint32_t i = 0; i < kOrigins; ++i) {
      const auto origin = static_cast<Origin>(i);
      if (name_of(origin) == name && provenance_.comes_from(value, Facet::data, origin)) return origin;
    }
    return std::nullopt;
  }

  const Reason* reason_for(ValueId value) const {
    for (const Reason& reason : kReasons) {
      if (origin_called(value, reason.origin)) return &reason;
    }
    return nullptr;
  }

  /// The number is chosen by a branch, or counted by a loop, that the trace has lost: that is the finding.
  bool follows_from_lost_control(ValueId value) const {
    std::vector<ValueId> pending{value};
    std::unordered_set<std::uint32_t> seen;
    for (int budget = kBudget; !pending.empty() && budget > 0; --budget) {
      const ValueId at = pending.back();
      pending.pop_back();
      if (!at || !seen.insert(at.raw).second || !is_scalar_like(scripted_, scripted_[at].type)) continue;
      if (is_written_in_lost_control(at)) return true;
      const Value& definition = scripted_[at];
      if (definition.def == Value::Def::block) {
        const NodeId owner = scripted_[BlockId{definition.owner}].owner;
        if (owner && !pairing_.is_kept(owner)) return true;
        continue;
      }
      const NodeId maker = scripted_.defining_node(at);
      if (!maker) continue;
      if (scripted_[maker].blocks.count > 0 && !pairing_.is_kept(maker)) return true;
      for (ValueId operand : scripted_[scripted_[maker].operands]) pending.push_back(operand);
    }
    return false;
  }

  /// A list of numbers that an arm or a turn changes in place.
  bool is_written_in_lost_control(ValueId list) const {
    if (scripted_[scripted_[list].type].kind != Type::Kind::list) return false;
    return std::ranges::any_of(scripted_.uses(list), [&](const Use& use) {
      if (!use.user || use.operand != 0 || !effect_of(scripted_, use.user).writes_first) return false;
      const NodeId owner = scripted_[scripted_[use.user].parent].owner;
      return owner && !pairing_.is_kept(owner);
    });
  }

  bool is_in_library(NodeId node) const {
    const LocationId at = scripted_[node].loc;
    return at && scripted_[at].file && is_library_file(scripted_[scripted_[at].file]);
  }

  /// By design inside PyTorch itself, unless the value was computed outside.
  bool is_library_matter(NodeId node, const std::vector<NodeId>& way) const {
    if (!is_in_library(node)) return false;
    return std::ranges::none_of(way, [&](NodeId step) {
      const LocationId at = scripted_[step].loc;
      return at && scripted_[at].line != 0 && !is_plumbing(scripted_[scripted_[step].op]) && !is_in_library(step);
    });
  }

  /// "the data of `x` and `mask`", "random numbers", "the state of the module".
  std::string source_of(ValueId value, Origin origin) const {
    std::string names;
    for (ValueId input : provenance_.inputs(value, Facet::data, origin)) {
      names += (names.empty() ? "" : " and ") + quote(scripted_[scripted_[input].name]);
    }
    if (!names.empty())
      return "the " + std::string(name_of(origin)) + (origin == Origin::argument ? " " : " of ") + names;
    return origin == Origin::random ? "random numbers" : "the " + std::string(name_of(origin)) + " of the module";
  }

  void lose_value(NodeId node, ValueId value, const Reason& reason, const std::vector<std::string>& constants) {
    const Origin origin = *origin_called(value, reason.origin);
    const bool tensor = scripted_[scripted_[value].type].kind == Type::Kind::tensor;
    Loss loss{.rule = tensor ? reason.rule_for_tensor : reason.rule_for_number,
              .severity = reason.severity,
              .node = node,
              .message = {},
              .explain = {},
              .way = provenance_.trail(value, Facet::data, origin).nodes};
    const std::string source = source_of(value, origin);
    const std::string held = enumerate_constants(constants);
    loss.message = quote(scripted_[scripted_[node].op]) + " takes " + held +
                   " in the trace, where the script computes it from " + source;
    if (is_library_matter(node, loss.way)) {
      loss.severity = Severity::note;
      loss.message += "; inside PyTorch itself";
    }
    loss.explain = [this_context = &context_, node, value, origin, held, source, fix = reason.fix](Finding& finding) {
      explain_decision(*this_context, finding, node, value, origin, "takes the value");
      finding.keeps = held + ", whatever the input";
      finding.loses = "how the value follows from " + source;
      finding.fix = fix;
    };
    losses_.found.push_back(std::move(loss));
  }

  static std::string enumerate_constants(const std::vector<std::string>& constants) {
    if (constants.size() == 1) return "the constant " + constants[0];
    std::string text = "the constants ";
    for (std::size_t i = 0; i < constants.size(); ++i) {
      if (i == kShownConstants) return text + " and " + std::to_string(constants.size() - i) + " more";
      if (i > 0) text += ", ";
      text += constants[i];
    }
    return text;
  }

  void lose_attribute(NodeId node, ValueId value) {
    const NodeId reader = scripted_.defining_node(value);
    const std::string name = quote(provenance_.constants().modules().attribute_name(reader));
    Loss loss{.rule = "frozen-tensor",
              .severity = Severity::warning,
              .node = node,
              .message = {},
              .explain = {},
              .way = {reader}};
    loss.message = quote(scripted_[scripted_[node].op]) +
                   " takes a captured tensor in the trace, where the script reads the attribute " + name;
    loss.explain = [name](Finding& finding) {
      finding.provenance.emplace_back("attribute");
      finding.keeps = "the tensor that the attribute held when the trace was recorded";
      finding.loses = "the attribute " + name + ": assigning another tensor to it changes nothing";
      finding.fix = "register it with `register_buffer`, or pass it as an input";
    };
    losses_.found.push_back(std::move(loss));
  }

  /// `zeros_like(x)`, `y.to(x)`: the script follows the dtype of a tensor, the trace names the example's.
  void compare_kind_of_result(NodeId node, NodeId recorded) {
    const std::string_view op = scripted_[scripted_[node].op];
    const auto operands = scripted_[scripted_[node].operands];
    const auto others = traced_[traced_[recorded].operands];
    std::optional<ValueId> followed;
    if (makes_alike(op) && operands.size() == others.size() && names_kind_anew(operands, others))
      followed = operands[0];
    if (op == "aten::to" && overload_of(scripted_, node) == "other" && overload_of(traced_, recorded) != "other") {
      followed = value_at(operands, 1);
    }
    if (!followed || !*followed) return;
    for (std::string_view name : {"dtype", "device", "metadata"}) {
      if (lose_kind(node, *followed, name)) return;
    }
  }

  static std::string_view overload_of(const Graph& graph, NodeId node) {
    const Literal* overload = graph.attribute(node, "overload");
    return overload == nullptr ? std::string_view{} : graph.text(*overload);
  }

  /// The last operands are dtype, layout, device, pinned memory and so on: the script leaves one open that the trace
  /// sets.
  bool names_kind_anew(std::span<const ValueId> operands, std::span<const ValueId> others) const {
    for (std::size_t i = 1; i < operands.size(); ++i) {
      if (!operands[i] || !others[i]) continue;
      const bool open = provenance_.constants()[operands[i]].kind == Constant::Kind::none;
      if (open && constant_number(traced_, others[i])) return true;
    }
    return false;
  }

  bool lose_kind(NodeId node, ValueId followed, std::string_view name) {
    for (std::uint32_t i = 0; i < kOrigins; ++i) {
      const auto origin = static_cast<Origin>(i);
      if (name_of(origin) != name || !provenance_.comes_from(followed, Facet::metadata, origin)) continue;
      Loss loss{
          .rule = "frozen-dtype", .severity = Severity::warning, .node = node, .message = {}, .explain = {}, .way = {}};
      loss.message = quote(scripted_[scripted_[node].op]) +
                     " names the example's dtype and device in the trace, where the script follows its tensor";
      if (is_library_matter(node, {})) {
        loss.severity = Severity::note;
        loss.message += "; inside PyTorch itself";
      }
      loss.explain = [](Finding& finding) {
        finding.provenance.emplace_back("dtype");
        finding.keeps = "dtype and device of the example";
        finding.loses = "that the result has the dtype and the device of another tensor";
        finding.fix = "export this function with `torch.jit.script`, or trace once for each dtype and device";
      };
      losses_.found.push_back(std::move(loss));
      return true;
    }
    return false;
  }

  void lose_assignment(NodeId node) {
    const std::string name = quote(provenance_.constants().modules().attribute_name(node));
    Loss loss{
        .rule = "mutated-state", .severity = Severity::warning, .node = node, .message = {}, .explain = {}, .way = {}};
    loss.message = "the trace does not assign the attribute " + name + ", the script does";
    loss.explain = [name](Finding& finding) {
      finding.provenance.emplace_back("state");
      finding.keeps = "the value that " + name + " had before the call";
      finding.loses = "the assignment: every call starts from the same state";
      finding.fix = "pass the state in and return it, write into a buffer in place, or use `torch.jit.script`";
    };
    losses_.found.push_back(std::move(loss));
  }

  void compare_outputs(FunctionId function) {
    const FunctionId recorded = alignment_.function_on_right(function);
    if (!recorded) return;
    const auto ours = scripted_[scripted_[scripted_[function].body].outputs];
    const auto theirs = traced_[traced_[traced_[recorded].body].outputs];
    for (std::size_t i = 0; i < ours.size() && i < theirs.size(); ++i) {
      if (ours[i] && theirs[i]) compare_output(ours[i], theirs[i]);
    }
  }

  void compare_output(ValueId ours, ValueId theirs) {
    const NodeId maker = scripted_.defining_node(ours);
    const auto difference = structure_difference(scripted_, scripted_[ours].type, traced_, traced_[theirs].type);
    if (difference) {
      Loss loss{.rule = "structured-io",
                .severity = Severity::warning,
                .node = maker,
                .message = {},
                .explain = {},
                .way = {}};
      loss.message = "the script returns " + difference->left + " where the trace returns " + difference->right;
      loss.explain = [](Finding& finding) {
        finding.fix = "return tensors, or tuples of tensors, from what is traced";
      };
      losses_.found.push_back(std::move(loss));
    }
    if (!maker || !constant_node(traced_, theirs) || constant_node(scripted_, ours)) return;
    const Reason* reason = reason_for(ours);
    if (reason == nullptr || follows_from_lost_control(ours)) return;
    Loss loss{.rule = "constant-output",
              .severity = reason->severity,
              .node = maker,
              .message = {},
              .explain = {},
              .way = {}};
    loss.message = "the trace returns a constant, where the script computes it from " +
                   source_of(ours, *origin_called(ours, reason->origin));
    losses_.found.push_back(std::move(loss));
  }

  RuleContext& context_;
  const Pairing& pairing_;
  const Graph& scripted_;
  const Graph& traced_;
  const Alignment& alignment_;
  const Provenance& provenance_;
  bool trace_is_frozen_ = false;
  Losses losses_;
};

}  // namespace

Losses find_losses(RuleContext& context) { return LossFinder(context).run(); }

}  // namespace graphwitness
