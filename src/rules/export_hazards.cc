#include "rules/export_hazards.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string>

#include "analysis/operators.h"
#include "rules/ceil_windows.h"
#include "rules/decision.h"

namespace graphwitness {
namespace {

constexpr std::int64_t kOpsetOfScatterReduction = 16;

class Hazards {
 public:
  Hazards(const Graph& graph, const Provenance& provenance, std::int64_t opset)
      : graph_(graph), provenance_(provenance), opset_(opset) {}

  std::vector<ExportHazard> run() {
    for (NodeId node : graph_.all_nodes()) {
      if (!provenance_.constants().is_dead(graph_[node].parent)) look_at(node);
    }
    return std::move(hazards_);
  }

 private:
  std::string_view op(NodeId node) const { return graph_[graph_[node].op]; }
  ValueId operand(NodeId node, std::size_t index) const {
    const auto operands = graph_[graph_[node].operands];
    return index < operands.size() ? operands[index] : ValueId{};
  }

  void look_at(NodeId node) {
    std::string_view kind = op(node);
    look_at_write(node);
    if (kind.ends_with('_') && !kind.ends_with("__")) kind.remove_suffix(1);
    if (kind == "aten::floor_divide" || kind == "aten::floordiv") look_at_floor(node);
    if (kind == "aten::__rshift__" || kind == "aten::bitwise_right_shift") look_at_shift(node);
    if (kind == "aten::index_put") look_at_index_put(node);
    if (kind == "aten::index_add" || kind == "aten::scatter_add") look_at_scatter(node, kind);
    if (kind.starts_with("aten::max_pool") || kind.starts_with("aten::avg_pool")) look_at_pooling(node, kind);
    if (kind.ends_with("dropout")) look_at_dropout(node, kind);
    if (kind == "aten::index_select") look_at_indices(node, kind, 2);
    if (kind == "aten::embedding") look_at_indices(node, kind, 1);
    if (kind == "aten::_pad_packed_sequence") look_at_padding(node);
    if (kind.starts_with("aten::adaptive_")) look_at_adaptive_pooling(node, kind);
    if (kind == "aten::unfold") look_at_windows(node);
    if (kind == "aten::repeat_interleave") look_at_repeats(node);
    if (is_apart_on_nan(node, kind)) look_at_nan(node, kind);
  }

  /// Computed from elements of an input, and so perhaps negative.
  bool is_data(ValueId value) const {
    return value && !is_scalar_like(graph_, graph_[value].type) &&
           provenance_.comes_from(value, Facet::data, Origin::data);
  }

  void add(NodeId node, Severity severity, std::string message, std::string fix) {
    hazards_.push_back({node, severity, std::move(message), std::move(fix)});
  }

  void look_at_floor(NodeId node) {
    if (!is_data(operand(node, 0)) && !is_data(operand(node, 1))) return;
    add(node, Severity::error,
        "`" + std::string(op(node)) +
            "` is exported to ONNX as a division that rounds towards zero: another result for negative numbers",
        "use torch.div(a, b, rounding_mode='floor'), which is exported as it is");
  }

  void look_at_shift(NodeId node) {
    if (!is_data(operand(node, 0))) return;
    add(node, Severity::error,
        "`" + std::string(op(node)) +
            "` is exported to ONNX as a division that rounds towards zero: another result for negative numbers",
        "use torch.div(a, 2 ** n, rounding_mode='floor'), or shift non-negative numbers only");
  }

  void add_lost_duplicates(NodeId node, std::string_view what) {
    add(node, Severity::warning,
        "`" + std::string(what) +
            "` is exported to ONNX as a scatter that keeps one value where an index occurs twice, "
            "instead of adding them all",
        "make sure that no index occurs twice, or multiply by a one-hot matrix of the indices");
  }

  void look_at_index_put(NodeId node) {
    if (boolean(operand(node, 3)) == true) add_lost_duplicates(node, "index_put(accumulate=True)");
  }

  void look_at_scatter(NodeId node, std::string_view kind) {
    if (kind == "aten::scatter_add" && opset_ >= kOpsetOfScatterReduction) return;
    add_lost_duplicates(node, kind);
  }

  /// A check of data that the export does not make. Layers of PyTorch such as `Embedding` are given indices that their
  /// users know to be in range.
  void look_at_indices(NodeId node, std::string_view kind, std::size_t indices) {
    if (!is_data(operand(node, indices))) return;
    const bool is_of_layer = kind == "aten::embedding" || is_in_library(graph_, node);
    add(node, is_of_layer ? Severity::note : Severity::warning,
        "a negative index raises in `" + std::string(kind) +
            "`, and counts from the end in the ONNX `Gather` it is "
            "exported as",
        "check indices before they reach the model");
  }

  /// _pad_packed_sequence(data, batch_sizes, batch_first, padding_value, total_length); the length of the batch sizes
  /// is that of the longest sequence.
  void look_at_padding(NodeId node) {
    NodeId length = graph_.defining_node(operand(node, 4));
    while (length && (op(length) == "prim::NumToTensor" || op(length) == "aten::Int")) {
      length = graph_.defining_node(operand(length, 0));
    }
    const bool is_longest = length && op(length) == "aten::size" && operand(length, 0) == operand(node, 1);
    if (!is_longest) return;
    add(node, Severity::error,
        "`pad_packed_sequence` is exported to ONNX with the length of the padded input: PyTorch ends at the longest "
        "sequence",
        "pass total_length, the length of the padded input");
  }

  /// Exported with the kernel that the example's size asks for.
  void look_at_adaptive_pooling(NodeId node, std::string_view kind) {
    const auto sizes = integers(operand(node, 1));
    if (!sizes || std::ranges::all_of(*sizes, [](std::int64_t size) { return size == 1; })) return;
    add(node, Severity::warning,
        "`" + std::string(kind) +
            "` to a size other than 1 is exported to ONNX with the kernel for the example's size: another size gives "
            "another size of output, and where sizes are free the exporter refuses",
        "pool to size 1, resize before pooling, or export once a size");
  }

  void look_at_windows(NodeId node) {
    add(node, Severity::warning,
        "`aten::unfold` is exported to ONNX as one slice for each window of the example: another size has as many "
        "windows, and where sizes are free the exporter refuses",
        "gather with indices computed from the size, or export once a size");
  }

  /// repeat_interleave(x, repeats, dim, ...); seen with PyTorch 1.13: the last axis is right, and so are fixed sizes.
  void look_at_repeats(NodeId node) {
    const Constant dim = constant(operand(node, 2));
    const bool is_last = dim.kind == Constant::Kind::integer && dim.bits == -1;
    if (!is_data(operand(node, 1)) || is_last) return;
    add(node, Severity::warning,
        "`aten::repeat_interleave` by a tensor is exported to ONNX, where sizes are free, as a loop that joins its "
        "parts "
        "along the wrong axis unless that is the last",
        "transpose, so that the last axis is repeated, or gather with indices computed from the repeats");
  }

  /// What becomes of NaN is left open by ONNX, and ONNX Runtime does otherwise than PyTorch.
  bool is_apart_on_nan(NodeId node, std::string_view kind) const {
    constexpr std::array<std::string_view, 7> kKinds{"aten::sign", "aten::argmax", "aten::argmin", "aten::max",
                                                     "aten::min",  "aten::amax",   "aten::amin"};
    const bool is_pooling = kind.starts_with("aten::max_pool") || kind.starts_with("aten::adaptive_max_pool");
    return (is_pooling || std::ranges::find(kKinds, kind) != kKinds.end()) && is_data(operand(node, 0));
  }

  /// Once an operator: few models meet NaN at all.
  void look_at_nan(NodeId node, std::string_view kind) {
    if (!told_of_nan_.insert(std::string(kind)).second) return;
    add(node, Severity::note,
        "what `" + std::string(kind) + "` makes of NaN is left open by ONNX; runtimes differ from PyTorch",
        "look for NaN before it gets here");
  }

  void look_at_dropout(NodeId node, std::string_view kind) {
    if (boolean(operand(node, 2)) != true) return;
    add(node, Severity::warning,
        "`" + std::string(kind) +
            "` in training mode is left out of an export in evaluation mode, which is the default",
        "pass training=self.training, and call model.eval() before exporting");
  }

  Constant constant(ValueId value) const { return value ? provenance_.constants()[value] : Constant(); }

  std::optional<bool> boolean(ValueId value) const {
    const Constant it = constant(value);
    if (it.kind != Constant::Kind::boolean) return std::nullopt;
    return it.bits != 0;
  }

  /// A list of numbers as it is written.
  std::optional<std::vector<std::int64_t>> integers(ValueId value) const {
    const NodeId node = value ? graph_.defining_node(value) : NodeId{};
    if (!node) return std::nullopt;
    std::vector<std::int64_t> numbers;
    if (op(node) == "prim::ListConstruct") {
      for (ValueId element : graph_[graph_[node].operands]) {
        const Constant& constant = provenance_.constants()[element];
        if (constant.kind != Constant::Kind::integer) return std::nullopt;
        numbers.push_back(constant.bits);
      }
      return numbers;
    }
    const Literal* literal = op(node) == "prim::Constant" ? graph_.attribute(node, "value") : nullptr;
    if (literal == nullptr || literal->kind != Literal::Kind::list) return std::nullopt;
    for (LiteralId element : graph_[literal->elements]) numbers.push_back(graph_[element].bits);
    return numbers;
  }

  static std::int64_t at(const std::vector<std::int64_t>& numbers, std::size_t index, std::int64_t missing) {
    if (numbers.empty()) return missing;
    return numbers[std::min(index, numbers.size() - 1)];
  }

  /// max_pool(x, kernel, stride, padding, dilation, ceil_mode), avg_pool(x, kernel, stride, padding, ceil_mode, ...)
  void look_at_pooling(NodeId node, std::string_view kind) {
    const bool is_max = kind.starts_with("aten::max_pool");
    if (boolean(operand(node, is_max ? 5 : 4)) != true) return;
    const auto kernel = integers(operand(node, 1));
    const auto stride = integers(operand(node, 2));
    const auto padding = integers(operand(node, 3));
    const auto dilation = is_max ? integers(operand(node, 4)) : std::vector<std::int64_t>{1};
    if (!kernel || kernel->empty() || !padding || !dilation) return;
    const std::size_t rank = std::max(kernel->size(), padding->size());
    for (std::size_t i = 0; i < rank; ++i) {
      const std::int64_t size = at(*kernel, i, 1);
      const PooledDim dim{.kernel = size,
                          .stride = stride ? at(*stride, i, size) : size,
                          .dilation = at(*dilation, i, 1),
                          .pad_begin = at(*padding, i, 0),
                          .pad_end = at(*padding, i, 0),
                          .size = {}};
      if (!has_stray_window(dim)) continue;
      return add(node, Severity::warning,
                 "with ceil_mode ONNX keeps a window that starts in the padding behind the input, PyTorch leaves it "
                 "out: another size of output at some sizes of the input",
                 "pad the input explicitly and pool without ceil_mode");
    }
  }

  struct Base {
    ValueId value;          ///< the tensor that another is a view of; the other itself when it is none
    bool by_slices = true;  ///< views by `select` and `slice` only
  };

  /// Bounded: a chain may be long.
  Base base_of(ValueId value) const {
    constexpr int kMostViews = 100;
    Base base{value};
    for (int step = 0; step < kMostViews; ++step) {
      const NodeId node = graph_.defining_node(base.value);
      if (!node || !is_view(node)) break;
      base.by_slices = base.by_slices && (op(node) == "aten::select" || op(node) == "aten::slice");
      base.value = operand(node, 0);
    }
    return base;
  }

  bool is_view(NodeId node) const {
    const ValueId first = operand(node, 0);
    if (!first || is_scalar_like(graph_, graph_[first].type)) return false;
    // One of what `chunk` or `unbind` yields.
    if (op(node) == "prim::ListUnpack" || op(node) == "aten::__getitem__") return true;
    const Effect effect = effect_of(graph_, node);
    return op(node).starts_with("aten::") && !op(node).ends_with('_') && effect.aliases_first && !effect.writes_first;
  }

  /// Without the number by which TorchScript tells values of one name apart.
  std::string plain_name(ValueId value) const {
    std::string_view name = graph_[graph_[value].name];
    const std::size_t end = name.find_last_not_of("0123456789");
    if (end != std::string_view::npos && end > 0 && end + 1 < name.size() && name[end] == '.')
      name = name.substr(0, end);
    return std::string(name);
  }

  bool is_read_after(ValueId value, NodeId write) const {
    return std::ranges::any_of(graph_.uses(value), [&](const Use& use) { return use.user ? use.user > write : true; });
  }

  void look_at_write(NodeId node) {
    const std::string_view kind = op(node);
    // Assignments to a slice are exported as scatters.
    if (!kind.starts_with("aten::") || !kind.ends_with('_') || kind.ends_with("__") || kind == "aten::copy_" ||
        kind == "aten::index_put_") {
      return;
    }
    const ValueId target = operand(node, 0);
    if (!target || !effect_of(graph_, node).writes_first) return;
    const auto [base, by_slices] = base_of(target);
    // Writes through slices are exported as scatters, too; other views are copies in ONNX.
    if (base == target || by_slices || !is_read_after(base, node)) return;
    add(node, Severity::error,
        "`" + std::string(kind) + "` writes through a view of `" + plain_name(base) +
            "`, which is read afterwards: the export to ONNX drops the write",
        "compute a new tensor instead of writing in place, or assign to a slice (`x[...] = ...`)");
  }

  const Graph& graph_;
  const Provenance& provenance_;
  std::int64_t opset_;
  std::vector<ExportHazard> hazards_;
  std::set<std::string> told_of_nan_;
};

}  // namespace

std::vector<ExportHazard> export_hazards(const Graph& graph, const Provenance& provenance, std::int64_t opset) {
  return Hazards(graph, provenance, opset).run();
}

}  // namespace graphwitness
