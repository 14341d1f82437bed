#include "rules/export_hazards.h"

#include <algorithm>
#include <array>
#include <optional>

#include "analysis/operators.h"
#include "rules/ceil_windows.h"

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

  void look_at_indices(NodeId node, std::string_view kind, std::size_t indices) {
    if (!is_data(operand(node, indices))) return;
    add(node, Severity::note,
        "a negative index raises in `" + std::string(kind) +
            "`, and counts from the end in the ONNX `Gather` it is "
            "exported as",
        "check indices before they reach the model");
  }

  void look_at_dropout(NodeId node, std::string_view kind) {
    if (boolean(operand(node, 2)) != true) return;
    add(node, Severity::warning,
        "`" + std::string(kind) +
            "` in training mode is left out of an export in evaluation mode, which is the default",
        "pass training=self.training, and call model.eval() before exporting");
  }

  std::optional<bool> boolean(ValueId value) const {
    if (!value) return std::nullopt;
    const Constant& constant = provenance_.constants()[value];
    if (constant.kind != Constant::Kind::boolean) return std::nullopt;
    return constant.bits != 0;
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

  /// The tensor that a value is a view of; the value itself when it is none. Bounded: a chain may be long.
  ValueId base_of(ValueId value) const {
    constexpr int kMostViews = 100;
    for (int step = 0; step < kMostViews; ++step) {
      const NodeId node = graph_.defining_node(value);
      if (!node || !op(node).starts_with("aten::") || op(node).ends_with('_')) return value;
      const Effect effect = effect_of(graph_, node);
      const ValueId first = operand(node, 0);
      if (!effect.aliases_first || effect.writes_first || !first || is_scalar_like(graph_, graph_[first].type)) {
        return value;
      }
      value = first;
    }
    return value;
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
    const ValueId base = base_of(target);
    if (base == target || !is_read_after(base, node)) return;
    add(node, Severity::error,
        "`" + std::string(kind) + "` writes through a view of `" + std::string(graph_[graph_[base].name]) +
            "`, which is read afterwards: the export to ONNX drops the write",
        "compute a new tensor instead of writing in place, or assign to a slice (`x[...] = ...`)");
  }

  const Graph& graph_;
  const Provenance& provenance_;
  std::int64_t opset_;
  std::vector<ExportHazard> hazards_;
};

}  // namespace

std::vector<ExportHazard> export_hazards(const Graph& graph, const Provenance& provenance, std::int64_t opset) {
  return Hazards(graph, provenance, opset).run();
}

}  // namespace graphwitness
