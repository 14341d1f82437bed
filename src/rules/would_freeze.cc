#include "rules/would_freeze.h"

#include <algorithm>
#include <array>
#include <optional>

#include "analysis/control_flow.h"
#include "analysis/uses.h"
#include "rules/decision.h"
#include "rules/frozen_value.h"
#include "rules/size_origin.h"

namespace graphwitness {
namespace {

constexpr Verb kIs{"is", "are"};

/// Operands that the tracer takes as Python numbers, so that a size in their place is a constant.
struct FrozenOperands {
  std::string_view op;
  std::uint32_t operands;  ///< bit i: operand i
};

constexpr std::array kFrozenOperands = std::to_array<FrozenOperands>({
    {"aten::split", 0b10},
    {"aten::conv1d", 0b111'1000},
    {"aten::conv2d", 0b111'1000},
    {"aten::conv3d", 0b111'1000},
    {"aten::conv_transpose1d", 0b1111'1000},
    {"aten::conv_transpose2d", 0b1111'1000},
    {"aten::conv_transpose3d", 0b1111'1000},
    // Parameters of type double.
    {"aten::layer_norm", 0b1'0000},
    {"aten::group_norm", 0b1'0000},
    {"aten::batch_norm", 0b1100'0000},
    {"aten::instance_norm", 0b1100'0000},
    {"aten::dropout", 0b10},
    {"aten::alpha_dropout", 0b10},
    {"aten::feature_dropout", 0b10},
    {"aten::cosine_similarity", 0b1000},
    {"aten::pairwise_distance", 0b1100},
    {"aten::cdist", 0b100},
    {"aten::normal_", 0b110},
    {"aten::uniform_", 0b110},
    {"aten::isclose", 0b1100},
    {"aten::nan_to_num", 0b1110},
    {"aten::tensor", 0b1},
    {"aten::as_tensor", 0b1},
});

std::uint32_t frozen_operands(std::string_view op) {
  const auto found = std::ranges::find(kFrozenOperands, op, &FrozenOperands::op);
  return found == kFrozenOperands.end() ? 0 : found->operands;
}

/// What a size becomes when it is frozen, and how it would not be.
struct Freeze {
  NodeId node;
  ValueId operand;
  NodeId read;  ///< where the size is read; the code that owns it answers for it
  std::string what;
  const char* fix;
};

std::string owner_note(const RuleContext& context, NodeId node) { return why_note(context, node); }

void report_freeze(RuleContext& context, const Freeze& freeze, Origin origin) {
  const Graph& graph = context.graph();
  const auto& provenance = context.analysis<Provenance>();
  const std::string why = owner_note(context, freeze.read);
  const auto explain = [&context, freeze, origin](Finding& finding) {
    explain_decision(context, finding, freeze.node, freeze.operand, origin, "becomes a constant here");
    finding.keeps = "the number that the example gave";
    finding.loses = "where it came from";
    finding.fix = freeze.fix;
  };
  context.report(freeze.node, why.empty() ? Severity::warning : Severity::note,
                 who_decides(graph, provenance, freeze.operand, origin, kIs) + " " + freeze.what + why, explain);
}

/// The looks at one node that end in a frozen size.
class ShapeFreezes {
 public:
  explicit ShapeFreezes(RuleContext& context)
      : context_(context),
        graph_(context.graph()),
        provenance_(context.analysis<Provenance>()),
        constants_(provenance_.constants()),
        lines_(context.analysis<SourceLines>()) {}

  void look_at(NodeId node) {
    const std::string_view op = graph_[graph_[node].op];
    if (const std::uint32_t positions = frozen_operands(op); positions != 0) return look_at_operands(node, positions);
    if (is_number_freeze(graph_, node)) return look_at_number(node);
    if (reads_structure(op)) return look_at_structure(node);
    if (op == "aten::__getitem__") return look_at_index(node);
    if (computes_number(node)) look_at_elided(node);
  }

 private:
  bool comes_from(ValueId value, Origin origin) const { return provenance_.comes_from(value, Facet::data, origin); }

  static bool reads_structure(std::string_view op) {
    return op == "aten::len" || op == "aten::dim" || op == "aten::ndimension" || op == "prim::ndim" ||
           op == "aten::stride" || op == "aten::storage_offset";
  }

  bool computes_number(NodeId node) const {
    const ValueId result = value_at(graph_[graph_[node].results], 0);
    if (!result || graph_[node].blocks.count != 0) return false;
    const Type& type = graph_[graph_[result].type];
    return type.kind == Type::Kind::scalar && type.dtype != DType::boolean && type.dtype != DType::string;
  }

  bool is_result(NodeId node) const {
    const ValueId result = value_at(graph_[graph_[node].results], 0);
    return result && reaches_result(graph_, constants_, result);
  }

  /// The read of a size that is still alive in the operand.
  NodeId live_size(ValueId operand) const {
    if (!operand || !comes_from(operand, Origin::shape)) return {};
    return size_origin(graph_, lines_, operand).live_read;
  }

  void look_at_operands(NodeId node, std::uint32_t positions) {
    const auto operands = graph_[graph_[node].operands];
    for (std::uint32_t i = 0; i < operands.size() && i < 32; ++i) {
      if ((positions >> i & 1U) == 0) continue;
      const NodeId read = live_size(operands[i]);
      if (!read || !is_result(node)) continue;
      return report_freeze(
          context_,
          {node, operands[i], read,
           "passed to `" + std::string(graph_[graph_[node].op]) + "` as a Python number; a trace keeps the example's",
           "compute with tensors or with operators that take sizes (`view`, `expand`, `arange`, "
           "`narrow`), or script this function"},
          Origin::shape);
    }
  }

  void look_at_number(NodeId node) {
    for (ValueId operand : graph_[graph_[node].operands]) {
      const NodeId read = live_size(operand);
      if (!read || !is_result(node)) continue;
      return report_freeze(
          context_,
          {node, operand, read,
           "turned into a Python number by `" + std::string(graph_[graph_[node].op]) + "`; a trace keeps the example's",
           "stay with what tracing follows: `//`, `%` and `*` on sizes without `int()`, "
           "`torch.sqrt` and the like on tensors instead of `math`, or script this function"},
          Origin::shape);
    }
  }

  void look_at_structure(NodeId node) {
    const ValueId result = value_at(graph_[graph_[node].results], 0);
    if (!result || !graph_[node].operands.count) return;
    for (Origin origin : {Origin::shape, Origin::rank, Origin::layout}) {
      if (!comes_from(result, origin)) continue;
      if (!is_result(node)) return;
      return report_freeze(
          context_,
          {node, result, node,
           "read by `" + std::string(graph_[graph_[node].op]) + "` as a Python number; a trace keeps the example's",
           origin == Origin::rank ? "count dimensions from the end (-1, -2) where that says the same, or script this "
                                    "function"
                                  : "use `x.size(0)` or `x.shape[0]`, which tracing follows, or script this function"},
          origin);
    }
  }

  /// `list[n]` asks the size for a Python number.
  void look_at_index(NodeId node) {
    const auto operands = graph_[graph_[node].operands];
    if (operands.size() < 2 || !operands[0] || graph_[graph_[operands[0]].type].kind != Type::Kind::list) return;
    const NodeId read = live_size(operands[1]);
    if (!read || !is_result(node)) return look_at_elided(node);
    report_freeze(context_,
                  {node, operands[1], read, "the index into a list; a trace keeps the example's",
                   "stack the list and use `index_select`, or script this function"},
                  Origin::shape);
  }

  void look_at_elided(NodeId node) {
    const ValueId result = graph_[graph_[node].results][0];
    if (!computes_number(node) || !comes_from(result, Origin::shape)) return;
    const SizeOrigin origin = size_origin(graph_, lines_, result);
    if (!origin.live_read) return;
    if (is_elided_int(graph_, lines_, node)) {
      if (!is_result(node)) return;
      return report_freeze(context_,
                           {node, result, origin.live_read, "put through `int()`; a trace keeps the example's",
                            "leave out `int()`: sizes are integers already, and tracing follows them"},
                           Origin::shape);
    }
    if (is_first_float(node) && is_result(node) && !is_frozen_next(result))
      report_rounding(node, result, origin.live_read);
  }

  /// Sizes are integers here, the result is not.
  bool is_first_float(NodeId node) const {
    const auto is_float = [&](ValueId value) {
      const Type& type = graph_[graph_[value].type];
      return type.kind == Type::Kind::scalar && type.dtype == DType::f64;
    };
    if (!is_float(graph_[graph_[node].results][0])) return false;
    return std::ranges::none_of(graph_[graph_[node].operands], [&](ValueId operand) {
      return operand && is_float(operand) && size_origin(graph_, lines_, operand).live_read;
    });
  }

  /// `int(n * 0.5)`: what comes next freezes, and is reported.
  bool is_frozen_next(ValueId result) const {
    return std::ranges::any_of(graph_.uses(result),
                               [&](const Use& use) { return use.user && is_number_freeze(graph_, use.user); });
  }

  void report_rounding(NodeId node, ValueId result, NodeId read) {
    if (!owner_note(context_, read).empty()) return;
    const auto explain = [&context = context_, node, result](Finding& finding) {
      explain_decision(context, finding, node, result, Origin::shape, "is computed in float32 in a trace");
      finding.fix = "keep sizes whole (`//`), or make the factor a float64 tensor";
    };
    context_.report(node, Severity::note,
                    who_decides(graph_, provenance_, result, Origin::shape, kIs) +
                        " part of arithmetic on floating numbers, which a trace does in float32",
                    explain);
  }

  RuleContext& context_;
  const Graph& graph_;
  const Provenance& provenance_;
  const Constants& constants_;
  const SourceLines& lines_;
};

/// Creation operators that take dtype and device from a tensor unless told, and where they are told.
struct LikeOperator {
  std::string_view op;
  std::uint32_t dtype;   ///< which operand
  std::uint32_t device;  ///< which operand
};

constexpr std::array kLikeOperators = std::to_array<LikeOperator>({
    {"aten::empty_like", 1, 3},
    {"aten::full_like", 2, 4},
    {"aten::new_empty", 2, 4},
    {"aten::new_full", 3, 5},
    {"aten::new_ones", 2, 4},
    {"aten::new_zeros", 2, 4},
    {"aten::ones_like", 1, 3},
    {"aten::rand_like", 1, 3},
    {"aten::randint_like", 2, 4},
    {"aten::randn_like", 1, 3},
    {"aten::zeros_like", 1, 3},
});

const LikeOperator* like_operator(std::string_view op) {
  const auto found = std::ranges::find(kLikeOperators, op, &LikeOperator::op);
  return found == kLikeOperators.end() ? nullptr : found;
}

/// What of the tensor a creation takes over; nothing: neither.
struct Taken {
  bool dtype = false;
  bool device = false;
};

Taken taken_over(const Graph& graph, const Constants& constants, NodeId node) {
  const auto operands = graph[graph[node].operands];
  const std::string_view op = graph[graph[node].op];
  if (op == "aten::to" && operands.size() > 1 && operands[1] &&
      graph[graph[operands[1]].type].kind == Type::Kind::tensor) {
    return {.dtype = true, .device = true};
  }
  const LikeOperator* like = like_operator(op);
  if (like == nullptr) return {};
  const auto is_left_out = [&](std::uint32_t index) {
    const ValueId operand = value_at(operands, index);
    return !operand || constants[operand].kind == Constant::Kind::none;
  };
  return {.dtype = is_left_out(like->dtype), .device = is_left_out(like->device)};
}

/// Where a dtype or device of an input is read as a value, or taken over by an operator.
class KindFreezes {
 public:
  KindFreezes(RuleContext& context, Origin origin)
      : context_(context), graph_(context.graph()), provenance_(context.analysis<Provenance>()), origin_(origin) {}

  void look_at(NodeId node) {
    const std::string_view op = graph_[graph_[node].op];
    const bool reads = origin_ == Origin::dtype
                           ? op == "prim::dtype" || op == "prim::itemsize" || op == "aten::element_size"
                           : op == "prim::device" || op == "aten::get_device";
    if (reads) return look_at_read(node);
    const Taken taken = taken_over(graph_, provenance_.constants(), node);
    // One finding, by the rule of the dtype where both are taken over.
    if (origin_ == Origin::dtype && taken.dtype) return report_taken(node, taken.device ? "dtype and device" : "dtype");
    if (origin_ == Origin::device && taken.device && !taken.dtype) report_taken(node, "device");
  }

 private:
  void look_at_read(NodeId node) {
    const ValueId result = value_at(graph_[graph_[node].results], 0);
    if (!result || !provenance_.comes_from(result, Facet::data, origin_)) return;
    if (!reaches_result(graph_, provenance_.constants(), result) || only_fills(result)) return;
    report_freeze(
        context_,
        {node, result, node, "passed on as a value; a trace keeps the example's",
         origin_ == Origin::dtype
             ? "make the tensor from the input (`x.new_zeros` bakes too; `x * 0`, `torch.where`, `type_as` do "
               "not), or script this function"
             : "keep the tensor as a buffer, which moves with the module, or make it from the input by "
               "arithmetic, or script this function"},
        origin_);
  }

  /// `y[0] = 1`: the script compiler makes a tensor of `y`'s dtype and device from the number, and storing it converts
  /// anyway; a trace records the number.
  bool only_fills(ValueId kind) const {
    return std::ranges::all_of(graph_.uses(kind), [&](const Use& use) {
      if (!use.user || graph_[graph_[use.user].op] != "aten::tensor") return false;
      const ValueId made = value_at(graph_[graph_[use.user].results], 0);
      return made && std::ranges::all_of(graph_.uses(made), [&](const Use& store) { return is_stored(store); });
    });
  }

  bool is_stored(const Use& use) const {
    if (!use.user) return false;
    const std::string_view op = graph_[graph_[use.user].op];
    return (op == "aten::copy_" && use.operand == 1) || (op == "aten::index_put_" && use.operand == 2);
  }

  void report_taken(NodeId node, const char* what) {
    const auto operands = graph_[graph_[node].operands];
    const bool to_other = graph_[graph_[node].op] == "aten::to";
    const ValueId of = value_at(operands, to_other ? 1 : 0);
    const ValueId result = value_at(graph_[graph_[node].results], 0);
    if (!of || !result || graph_.uses(result).empty()) return;
    if (!provenance_.comes_from(of, Facet::metadata, Origin::metadata)) return;
    std::string names;
    for (ValueId input : provenance_.inputs(of, Facet::metadata, Origin::metadata)) {
      names += (names.empty() ? "`" : ", `") + std::string(graph_[graph_[input].name]) + "`";
    }
    const std::string why = owner_note(context_, node);
    const auto explain = [origin = origin_](Finding& finding) {
      finding.provenance.emplace_back(name_of(origin));
      finding.keeps = "the dtype and device that the example had";
      finding.loses = "that they follow the input";
      finding.fix =
          "trace on the device and in the dtype that the model ships for, or make the tensor by arithmetic on the "
          "input "
          "(`x * 0`), or script this function";
    };
    context_.report(node, why.empty() ? Severity::warning : Severity::note,
                    "`" + std::string(graph_[graph_[node].op]) + "` takes over " + what + " of " + names +
                        "; a trace keeps the example's" + why,
                    explain);
  }

  RuleContext& context_;
  const Graph& graph_;
  const Provenance& provenance_;
  Origin origin_;
};

template <class Look>
void look_at_live_nodes(RuleContext& context, Look look) {
  const Graph& graph = context.graph();
  if (!is_scripted(graph)) return;
  const Constants& constants = context.analysis<Provenance>().constants();
  for (NodeId node : graph.all_nodes()) {
    if (graph[node].blocks.count == 0 && !constants.is_dead(graph[node].parent)) look(node);
  }
}

/// A tensor, or a list, tuple, dict or optional of them.
bool holds_tensors(const Graph& graph, TypeId id) {
  for (int depth = 0; depth < 8; ++depth) {
    const Type& type = graph[id];
    if (type.kind == Type::Kind::tensor) return true;
    if (type.args.count == 0) return false;
    id = graph[type.args][type.args.count - 1];
  }
  return false;
}

}  // namespace

void report_would_freeze_shape(RuleContext& context) {
  if (!is_scripted(context.graph())) return;
  ShapeFreezes freezes(context);
  look_at_live_nodes(context, [&](NodeId node) { freezes.look_at(node); });
}

void report_would_freeze_dtype(RuleContext& context) {
  if (!is_scripted(context.graph())) return;
  KindFreezes freezes(context, Origin::dtype);
  look_at_live_nodes(context, [&](NodeId node) { freezes.look_at(node); });
}

void report_would_freeze_device(RuleContext& context) {
  if (!is_scripted(context.graph())) return;
  KindFreezes freezes(context, Origin::device);
  look_at_live_nodes(context, [&](NodeId node) { freezes.look_at(node); });
}

void report_would_freeze_tensor(RuleContext& context) {
  const Graph& graph = context.graph();
  look_at_live_nodes(context, [&](NodeId node) {
    const ModuleValues& modules = context.analysis<Provenance>().constants().modules();
    const ModuleAttribute* read = modules.attribute_read(node);
    if (read == nullptr || read->role != ModuleAttribute::Role::plain) return;
    if (!read->value || graph[read->value].kind == Literal::Kind::none) return;
    if (!holds_tensors(graph, read->type) || graph[graph[node].results].empty()) return;
    const ModuleId module = modules.module(graph[graph[node].operands][0]);
    const std::string_view name = modules.attribute_name(node);
    if (modules.is_assigned(module, name) || graph.uses(graph[graph[node].results][0]).empty()) return;
    const std::string why = owner_note(context, node);
    const auto explain = [](Finding& finding) {
      finding.provenance.emplace_back(name_of(Origin::attribute));
      finding.keeps = "a copy of what the tensor held while tracing";
      finding.loses = "the attribute: assigning it, moving the module and its state_dict no longer reach it";
      finding.fix = "register it: `self.register_buffer(name, tensor)`";
    };
    context.report(node, why.empty() ? Severity::warning : Severity::note,
                   "the attribute `" + std::string(name) +
                       "` holds a tensor that is neither parameter nor buffer; a trace copies it into a constant" + why,
                   explain);
  });
}

}  // namespace graphwitness
