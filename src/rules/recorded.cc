#include "rules/recorded.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <map>
#include <utility>

#include "rules/places.h"
#include "rules/recorded_sources.h"
#include "rules/tensor_words.h"

namespace graphwitness {
namespace {

/// The innermost frame that has a file; none when no frame has.
LocationId filed_frame(const Graph& graph, NodeId node) {
  for (LocationId frame = graph[node].loc; frame; frame = graph[frame].caller) {
    if (graph[frame].file) return frame;
  }
  return {};
}

std::string_view op_of(const Graph& graph, NodeId node) { return graph[graph[node].op]; }

/// The constant that a node makes; null for other nodes.
const Literal* constant_of(const Graph& graph, ValueId value) {
  if (!value) return nullptr;
  const NodeId node = graph.defining_node(value);
  return node && op_of(graph, node) == "prim::Constant" ? graph.attribute(node, "value") : nullptr;
}

/// The operator of the one node that uses the value; "" when there is none or more than one.
NodeId only_user(const Graph& graph, ValueId value) {
  const auto uses = graph.uses(value);
  return uses.size() == 1 ? uses[0].user : NodeId{};
}

// --- captured tensors

/// How a tensor came to be a constant, told from what uses it.
enum class Capture : std::uint8_t { value, constructor, foreign };

Capture capture_of(const Graph& graph, ValueId constant) {
  const auto uses = graph.uses(constant);
  for (const Use& use : uses) {
    if (!use.user) return Capture::value;
    const std::string_view op = op_of(graph, use.user);
    if (op == "aten::lift_fresh" || op == "aten::lift_fresh_copy" || op == "aten::lift") return Capture::foreign;
    if (op != "aten::to") return Capture::value;
    const auto results = graph[graph[use.user].results];
    const NodeId next = results.empty() ? NodeId{} : only_user(graph, results[0]);
    if (!next || op_of(graph, next) != "aten::detach") return Capture::value;
  }
  return uses.empty() ? Capture::value : Capture::constructor;
}

/// The call that made the constant is on the line and has nothing but literals and attributes in it, as far as the
/// source tells: `torch.tensor([0.485, 0.456])`.
bool is_written_out(const RecordedSources& sources, const Graph& graph, LocationId frame, Capture capture) {
  if (capture == Capture::value || !frame || sources.module(graph[frame].file) == nullptr) return false;
  return !sources.is_lossy(graph[frame].file, graph[frame].line, "frozen-tensor");
}

// --- numbers that only a dtype explains

struct Limit {
  double value;
  std::string_view name;
};
constexpr std::array<Limit, 4> kLimits{{{std::numeric_limits<float>::lowest(), "torch.finfo(torch.float32).min"},
                                        {std::numeric_limits<float>::max(), "torch.finfo(torch.float32).max"},
                                        {std::numeric_limits<double>::lowest(), "torch.finfo(torch.float64).min"},
                                        {std::numeric_limits<double>::max(), "torch.finfo(torch.float64).max"}}};

const Limit* limit_of(const Graph& graph, const Literal& literal) {
  double value = 0;
  if (literal.kind == Literal::Kind::floating) {
    value = graph.floating(literal);
  } else if (literal.kind == Literal::Kind::tensor) {
    const Tensor& tensor = graph[TensorId{static_cast<std::uint32_t>(literal.bits)}];
    const auto data = graph[tensor.data];
    if (graph[tensor.type].dtype != DType::f64 || data.size() != sizeof(double)) return nullptr;
    std::uint64_t bits = 0;
    for (std::size_t i = data.size(); i-- > 0;) bits = bits << 8U | static_cast<std::uint8_t>(data[i]);
    value = std::bit_cast<double>(bits);
  } else {
    return nullptr;
  }
  const auto* const found = std::ranges::find(kLimits, value, &Limit::value);
  return found == kLimits.end() ? nullptr : found;
}

constexpr std::array<std::string_view, 12> kLike{"aten::zeros_like",   "aten::ones_like", "aten::full_like",
                                                 "aten::empty_like",   "aten::rand_like", "aten::randn_like",
                                                 "aten::randint_like", "aten::new_zeros", "aten::new_ones",
                                                 "aten::new_full",     "aten::new_empty", "aten::new_empty_strided"};

bool is_like(std::string_view op) { return std::ranges::find(kLike, op) != kLike.end(); }

bool is_dtype_name(std::string_view text) { return text.find("dtype") != std::string_view::npos; }

// --- arithmetic on sizes

/// Values that are sizes, and what tracing computes from them.
class SizeArithmetic {
 public:
  explicit SizeArithmetic(const Graph& graph) : is_size_(graph.all_values().size(), false) {
    for (NodeId node : graph.all_nodes()) {
      const auto operands = graph[graph[node].operands];
      const auto results = graph[graph[node].results];
      if (results.empty()) continue;
      const std::string_view op = op_of(graph, node);
      const bool any_size =
          std::ranges::any_of(operands, [&](ValueId operand) { return operand && is_size_[operand.raw]; });
      if (op == "prim::NumToTensor") {
        const NodeId source = operands.empty() || !operands[0] ? NodeId{} : graph.defining_node(operands[0]);
        is_size_[results[0].raw] =
            source && (op_of(graph, source) == "aten::size" || op_of(graph, source) == "aten::numel");
        continue;
      }
      constexpr std::array<std::string_view, 12> kArithmetic{
          "aten::mul",  "aten::div", "aten::add",    "aten::sub",          "aten::pow",       "aten::floor",
          "aten::ceil", "aten::to",  "aten::detach", "aten::floor_divide", "aten::remainder", "aten::rsub"};
      if (std::ranges::find(kArithmetic, op) == kArithmetic.end() || !any_size) continue;
      const bool all_scalars =
          std::ranges::all_of(operands, [&](ValueId operand) { return is_scalar(graph, operand); });
      if (!all_scalars) continue;
      is_size_[results[0].raw] = true;
      if (std::ranges::any_of(operands, [&](ValueId operand) { return is_fraction(graph, operand); }))
        starts_.push_back(node);
    }
  }
  /// Operations that multiply a size by a number that float32 does not hold exactly, or the like.
  const std::vector<NodeId>& starts() const { return starts_; }

 private:
  bool is_scalar(const Graph& graph, ValueId value) const {
    if (!value || is_size_[value.raw]) return true;
    const Literal* const literal = constant_of(graph, value);
    if (literal == nullptr) return is_made_scalar(graph, value);
    if (literal->kind != Literal::Kind::tensor) return true;
    const Type& type = graph[graph[TensorId{static_cast<std::uint32_t>(literal->bits)}].type];
    return type.ranked && type.dims.count == 0;
  }
  /// torch.tensor(0.29): `to` and `detach` of a constant.
  static ValueId constant_behind(const Graph& graph, ValueId value) {
    for (int i = 0; i < 2; ++i) {
      const NodeId node = graph.defining_node(value);
      if (!node || (op_of(graph, node) != "aten::detach" && op_of(graph, node) != "aten::to")) break;
      value = graph[graph[node].operands][0];
    }
    return value;
  }
  bool is_made_scalar(const Graph& graph, ValueId value) const {
    const ValueId behind = constant_behind(graph, value);
    return behind != value && constant_of(graph, behind) != nullptr && is_scalar(graph, behind);
  }
  static bool is_fraction(const Graph& graph, ValueId value) {
    if (!value) return false;
    const Literal* const literal = constant_of(graph, constant_behind(graph, value));
    if (literal == nullptr) return false;
    double number = 0;
    if (literal->kind == Literal::Kind::floating) {
      number = graph.floating(*literal);
    } else if (literal->kind == Literal::Kind::tensor) {
      const Tensor& tensor = graph[TensorId{static_cast<std::uint32_t>(literal->bits)}];
      const auto data = graph[tensor.data];
      const DType dtype = graph[tensor.type].dtype;
      std::uint64_t bits = 0;
      if (data.size() > sizeof bits) return false;
      for (std::size_t i = data.size(); i-- > 0;) bits = bits << 8U | static_cast<std::uint8_t>(data[i]);
      if (dtype == DType::f64 && data.size() == 8) number = std::bit_cast<double>(bits);
      if (dtype == DType::f32 && data.size() == 4)
        return std::ldexp(std::bit_cast<float>(static_cast<std::uint32_t>(bits)), 10) !=
               std::floor(std::ldexp(std::bit_cast<float>(static_cast<std::uint32_t>(bits)), 10));
    }
    const double scaled = std::ldexp(number, 10);  // multiples of 1/1024 come out exactly
    return scaled != std::floor(scaled);
  }

  std::vector<bool> is_size_;
  std::vector<NodeId> starts_;
};

/// Recorded inside `torch.autograd`: the derivative of what was recorded before.
bool is_derivative(const Graph& graph, NodeId node) {
  const LocationId frame = filed_frame(graph, node);
  return frame && graph[graph[frame].file].ends_with("torch/autograd/__init__.py");
}

bool takes_sizes(const Graph& graph, NodeId node) {
  return std::ranges::any_of(graph[graph[node].operands], [&](ValueId operand) {
    if (!operand) return false;
    const NodeId maker = graph.defining_node(operand);
    return maker && op_of(graph, maker) == "prim::ListConstruct" && !graph[graph[maker].operands].empty() &&
           std::ranges::all_of(graph[graph[maker].operands], [&](ValueId item) {
             const Literal* const literal = constant_of(graph, item);
             return literal != nullptr && literal->kind == Literal::Kind::integer;
           });
  });
}

// --- loops over tensors

/// `for row in x`: the items go the same way, but perhaps for one; `a, b = x` sends them different ways.
bool iterates_tensor(const Graph& graph, NodeId node) {
  const auto results = graph[graph[node].results];
  if (op_of(graph, node) != "aten::unbind" || results.empty()) return false;
  const LocationId frame = filed_frame(graph, node);
  if (!frame) return false;
  if (graph[graph[frame].function] != "__iter__" || !is_library_file(graph[graph[frame].file])) return false;
  const NodeId unpack = only_user(graph, results[0]);
  if (!unpack || op_of(graph, unpack) != "prim::ListUnpack") return false;
  std::map<std::pair<Symbol, std::uint32_t>, std::size_t> ways;  // operator and line: items
  std::size_t most = 0;
  for (ValueId item : graph[graph[unpack].results]) {
    const auto uses = graph.uses(item);
    const NodeId user = uses.empty() ? NodeId{} : uses[0].user;
    const LocationId place = user ? shown_frame(graph, graph[user].loc) : LocationId{};
    if (place) most = std::max(most, ++ways[{graph[user].op, graph[place].line}]);
  }
  return most > 1 && most + 1 >= graph[graph[unpack].results].size();
}

// --- hooks

/// PyTorch's own code that calls modules. It shows in a stack only where it calls hooks.
bool calls_hooks(const Graph& graph, LocationId frame) {
  return graph[frame].file && graph[graph[frame].file].ends_with("torch/nn/modules/module.py");
}

template <class F>
void for_recorded(RuleContext& context, F&& visit) {
  const Graph& graph = context.graph();
  if (!has_recording(graph)) return;
  for (NodeId node : graph.all_nodes()) {
    if (is_recorded(graph, node)) visit(node);
  }
}

std::function<void(Finding&)> explained(std::string_view provenance, std::string keeps, std::string loses,
                                        std::string fix) {
  return [label = std::string(provenance), keeps = std::move(keeps), loses = std::move(loses),
          fix = std::move(fix)](Finding& finding) {
    finding.provenance = {label};
    finding.keeps = keeps;
    finding.loses = loses;
    finding.fix = fix;
  };
}

}  // namespace

bool is_recorded(const Graph& graph, NodeId node) {
  const Function::Origin origin = graph[function_of(graph, node)].origin;
  if (origin != Function::Origin::traced && origin != Function::Origin::mixed) return false;
  // Recorded code knows lines, compiled code columns too.
  const LocationId frame = filed_frame(graph, node);
  if (!frame) return origin == Function::Origin::traced;
  return graph[frame].column == 0;
}

bool has_recording(const Graph& graph) {
  for (FunctionId function : graph.functions()) {
    const Function::Origin origin = graph[function].origin;
    if (origin == Function::Origin::traced || origin == Function::Origin::mixed) return true;
  }
  return false;
}

bool is_frozen(const Graph& graph) {
  // Freezing removes the flag that every module has.
  return graph.modules().size() != 0 && graph.attribute(*graph.modules().begin(), "training") == nullptr;
}

void report_recorded_tensors(RuleContext& context) {
  const Graph& graph = context.graph();
  if (!has_recording(graph) || is_frozen(graph)) return;
  const auto& sources = context.analysis<RecordedSources>();
  for_recorded(context, [&](NodeId node) {
    if (op_of(graph, node) != "prim::Constant") return;
    const Literal* const literal = graph.attribute(node, "value");
    if (literal == nullptr || literal->kind != Literal::Kind::tensor) return;
    const ValueId constant = graph[graph[node].results][0];
    if (graph.uses(constant).empty()) return;
    const Type& type = graph[graph[TensorId{static_cast<std::uint32_t>(literal->bits)}].type];
    const Capture capture = capture_of(graph, constant);
    if (!type.ranked || type.dims.count == 0) return;
    const LocationId shown = shown_frame(graph, graph[node].loc);
    if (shown && sources.is_lossy(graph[shown].file, graph[shown].line, "frozen-tensor"))
      return;  // said with its cause
    const bool in_library = shown && is_library_file(graph[graph[shown].file]);
    if (is_written_out(sources, graph, shown, capture)) {
      context.report(node, Severity::note,
                     "a tensor of " + shape_text(graph, type) + " made on this line is a constant of the trace",
                     explained("attribute", "the values and dtype of the example", "what the code would make later",
                               "register it as a buffer"));
      return;
    }
    const std::string what = capture == Capture::foreign ? "a tensor that NumPy or other code outside of PyTorch made"
                             : capture == Capture::constructor ? "a tensor that `torch.tensor` or the like made"
                                                               : "a tensor that is neither parameter nor buffer";
    context.report(
        node,
        in_library                    ? Severity::note
        : capture == Capture::foreign ? Severity::error
                                      : Severity::warning,
        what + " is a constant of the trace (" + shape_text(graph, type) + ")",
        explained(capture == Capture::foreign ? "data" : "attribute", "the values that it had for the example",
                  "every later value of it, and its move to another device",
                  capture == Capture::value
                      ? "`register_buffer` in `__init__`, so that the model owns it"
                      : "`torch.stack` of tensors instead of `torch.tensor`, PyTorch's operations instead of NumPy's"));
  });
}

void report_recorded_shapes(RuleContext& context) {
  const Graph& graph = context.graph();
  for_recorded(context, [&](NodeId node) {
    if (!is_derivative(graph, node) || !takes_sizes(graph, node)) return;
    context.report(node, Severity::warning,
                   "a derivative was computed while tracing; its formula holds the sizes of the example",
                   explained("shape", "the sizes of the example", "every other size",
                             "write the derivative out with PyTorch's own operations"));
  });
  if (!has_recording(graph)) return;
  const SizeArithmetic sizes(graph);
  for (NodeId node : sizes.starts()) {
    if (!is_recorded(graph, node)) continue;
    context.report(
        node, Severity::warning, "arithmetic on a size with a fraction became tensor arithmetic in float32",
        explained("shape", "float32, which is off by one after rounding for some sizes", "the float64 of Python",
                  "integer arithmetic (`x.size(0) * 29 // 100`), or the size as an argument of the model"));
  }
}

void report_recorded_dtypes(RuleContext& context) {
  const Graph& graph = context.graph();
  if (!has_recording(graph)) return;
  const auto& sources = context.analysis<RecordedSources>();
  for_recorded(context, [&](NodeId node) {
    const std::string_view op = op_of(graph, node);
    const LocationId shown = shown_frame(graph, graph[node].loc);
    const bool in_library = shown && is_library_file(graph[graph[shown].file]);
    if (op == "prim::Constant") {
      const Literal* const literal = graph.attribute(node, "value");
      const Limit* const limit = literal == nullptr ? nullptr : limit_of(graph, *literal);
      // With the source at hand it says whether the dtype was an input's.
      if (limit == nullptr || in_library || (shown && sources.module(graph[shown].file) != nullptr)) return;
      context.report(node, Severity::warning, "`" + std::string(limit->name) + "` is a constant of the trace",
                     explained("dtype", "the limit of the example's dtype", "those of other dtypes",
                               "`float('-inf')` where that will do, or trace once for each dtype"));
      return;
    }
    if (!is_like(op)) return;
    const bool has_dtype = std::ranges::any_of(graph[graph[node].operands], [&](ValueId operand) {
      const Literal* const literal = constant_of(graph, operand);
      return literal != nullptr && literal->kind == Literal::Kind::integer;
    });
    if (!has_dtype || is_derivative(graph, node)) return;
    const std::string text = shown ? sources.line(graph[shown].file, graph[shown].line) : std::string();
    const bool is_named = is_dtype_name(text);  // `dtype=torch.long` is meant
    context.report(node, in_library || is_named ? Severity::note : Severity::warning,
                   "`" + std::string(op) + "` holds the dtype and the device of the example",
                   explained("dtype", "the dtype and device of the example", "those of other inputs",
                             "`x * 0` or `torch.where`, which follow `x`, or trace once for each dtype and device"));
  });
}

void report_recorded_devices(RuleContext& context) {
  const Graph& graph = context.graph();
  for_recorded(context, [&](NodeId node) {
    if (op_of(graph, node) != "prim::Constant") return;
    const Literal* const literal = graph.attribute(node, "value");
    if (literal == nullptr || literal->kind != Literal::Kind::opaque || !graph.text(*literal).starts_with("cuda"))
      return;
    context.report(node, Severity::warning,
                   "the device `" + std::string(graph.text(*literal)) + "` is a constant of the trace",
                   explained("device", "the device of the example", "every other device, the CPU among them",
                             "trace on the device of production, or on the CPU"));
  });
}

void report_recorded_hooks(RuleContext& context) {
  const Graph& graph = context.graph();
  for_recorded(context, [&](NodeId node) {
    LocationId callee;
    for (LocationId frame : frames_of(graph, graph[node].loc)) {
      if (!graph[frame].file) continue;
      if (callee && !is_library_file(graph[graph[callee].file]) && calls_hooks(graph, frame)) {
        const std::string name(graph[graph[callee].function]);
        context.report_at(span_of(graph, shown_frame(graph, frame)), node, Severity::warning,
                          "a forward hook (`" + name + "`, line " + std::to_string(graph[callee].line) +
                              ") ran while tracing and is part of the trace",
                          explained("state", "what the hook did", "its removal, and hooks that are registered later",
                                    "remove hooks before tracing, or call the function in `forward`"));
      }
      callee = frame;
    }
  });
}

void report_recorded_iterations(RuleContext& context) {
  const Graph& graph = context.graph();
  if (!has_recording(graph)) return;
  const auto& sources = context.analysis<RecordedSources>();
  for_recorded(context, [&](NodeId node) {
    if (!iterates_tensor(graph, node)) return;
    const LocationId shown = shown_frame(graph, graph[node].loc);
    // The source at hand says what becomes of the items.
    if (!shown || is_library_file(graph[graph[shown].file]) || sources.module(graph[shown].file) != nullptr) return;
    context.report(node, Severity::warning,
                   "a loop over the items of a tensor was unrolled; the trace holds as many turns as the example had",
                   explained("shape", "as many turns as the example took", "every other number of turns",
                             "`@torch.jit.script` on this function, or an operation on the whole tensor"));
  });
}

void report_recorded_branches(RuleContext& context) {
  const Graph& graph = context.graph();
  for_recorded(context, [&](NodeId node) {
    // PyTorch asks whether the mask is left-aligned, and goes this way for those that are.
    if (op_of(graph, node) != "aten::_nested_tensor_from_mask") return;
    context.report(
        node, Severity::error,
        "the data of the padding mask chose the nested tensor path of `TransformerEncoder`; the trace kept it",
        explained("data", "the path for masks whose padding is at the end", "the path for every other mask",
                  "`nn.TransformerEncoder(..., enable_nested_tensor=False)`"));
  });
}

}  // namespace graphwitness
