#include "rules/onnx_export_marks.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include "rules/ceil_windows.h"

namespace graphwitness {
namespace {

bool is_integer(DType dtype) {
  switch (dtype) {
    case DType::i8:
    case DType::i16:
    case DType::i32:
    case DType::i64:
      return true;
    default:
      return false;
  }
}

class Marks {
 public:
  Marks(const Graph& graph, const OnnxInference& inference) : graph_(graph), inference_(inference) {}

  std::vector<ExportMark> run() {
    for (NodeId node : graph_.all_nodes()) {
      const std::string_view kind = op(node);
      if (kind == "onnx::Div") look_at_division(node);
      if (kind == "onnx::ScatterND" || kind == "onnx::ScatterElements") look_at_scatter(node);
      if (kind == "onnx::MaxPool" || kind == "onnx::AveragePool") look_at_pooling(node);
    }
    return std::move(marks_);
  }

 private:
  std::string_view op(NodeId node) const { return node ? graph_[graph_[node].op] : std::string_view(); }
  NodeId source(NodeId node, std::size_t index) const {
    const auto operands = graph_[graph_[node].operands];
    return index < operands.size() && operands[index] ? graph_.defining_node(operands[index]) : NodeId{};
  }
  ValueId result(NodeId node) const {
    const auto results = graph_[graph_[node].results];
    return results.empty() ? ValueId{} : results[0];
  }
  std::int64_t integer(NodeId node, std::string_view name, std::int64_t missing) const {
    const Literal* literal = graph_.attribute(node, name);
    return literal != nullptr && literal->kind == Literal::Kind::integer ? literal->bits : missing;
  }
  std::optional<std::int64_t> element(NodeId node, std::string_view name, std::size_t index) const {
    const Literal* literal = graph_.attribute(node, name);
    if (literal == nullptr || literal->kind != Literal::Kind::list) return std::nullopt;
    const auto elements = graph_[literal->elements];
    if (index >= elements.size()) return std::nullopt;
    return graph_[elements[index]].bits;
  }

  /// The only node that uses the value; none: several, or an output does.
  NodeId only_user(ValueId value) const {
    if (!value) return {};
    const auto uses = graph_.uses(value);
    return uses.size() == 1 ? uses[0].user : NodeId{};
  }

  /// The value is a size, or computed from sizes: never negative in practice.
  bool is_size(ValueId value) const { return inference_.elements(value).has_value(); }

  void look_at_division(NodeId node) {
    if (op(source(node, 1)) == "onnx::Cast" && op(source(source(node, 1), 0)) == "onnx::Pow" &&
        is_integer(inference_.type(result(node)).dtype)) {
      marks_.push_back({node,
                        "a right shift is exported as a division, which rounds towards zero: another result for "
                        "negative numbers",
                        "shift non-negative numbers only, or divide with rounding_mode='floor'"});
      return;
    }
    const NodeId cast = only_user(result(node));
    const bool truncates = op(cast) == "onnx::Cast" && is_integer(onnx_cast_dtype(cast));
    const auto operands = graph_[graph_[node].operands];
    const bool divides_sizes = std::ranges::all_of(operands, [&](ValueId operand) { return is_size(operand); });
    if (!truncates || divides_sizes) return;
    const auto uses = graph_.uses(result(cast));
    const bool is_cast_back = std::ranges::any_of(uses, [&](const Use& use) { return op(use.user) == "onnx::Cast"; });
    if (!is_cast_back) return;
    marks_.push_back({node,
                      "a division that rounds towards zero: `//` and `torch.floor_divide` are exported like this, and "
                      "give another result for negative numbers",
                      "use torch.div(a, b, rounding_mode='floor'), which is exported as it is"});
  }

  /// The `to` of a Cast; `unknown` for other numbers than the integers'.
  DType onnx_cast_dtype(NodeId cast) const {
    switch (integer(cast, "to", 0)) {
      case 3:
        return DType::i8;
      case 5:
        return DType::i16;
      case 6:
        return DType::i32;
      case 7:
        return DType::i64;
      default:
        return DType::unknown;
    }
  }

  void look_at_scatter(NodeId node) {
    const Literal* reduction = graph_.attribute(node, "reduction");
    const bool accumulates =
        reduction != nullptr && reduction->kind == Literal::Kind::string && graph_.text(*reduction) != "none";
    if (accumulates || op(source(node, 0)) != "onnx::ConstantOfShape") return;
    const NodeId user = only_user(result(node));
    if (op(user) != "onnx::Add" || has_distinct_indices(node)) return;
    marks_.push_back({node,
                      "values are scattered over zeros and then added: where an index occurs twice only one value is "
                      "kept, but index_put(accumulate=True), index_add and scatter_add add them all",
                      "export for opset 16 or later, or make sure that no index occurs twice"});
  }

  /// Indices that lie in the file, all different.
  bool has_distinct_indices(NodeId node) const {
    const auto indices = inference_.elements(graph_[graph_[node].operands][1]);
    if (!indices) return false;
    std::vector<std::int64_t> numbers;
    for (const ShapeElement& index : *indices) {
      if (!index.number) return false;
      numbers.push_back(*index.number);
    }
    std::ranges::sort(numbers);
    return std::ranges::adjacent_find(numbers) == numbers.end();
  }

  void look_at_pooling(NodeId node) {
    const auto operands = graph_[graph_[node].operands];
    if (integer(node, "ceil_mode", 0) == 0 || operands.empty()) return;
    const Literal* kernel = graph_.attribute(node, "kernel_shape");
    if (kernel == nullptr || kernel->kind != Literal::Kind::list) return;
    const std::size_t rank = kernel->elements.count;
    const InferredType type = inference_.type(operands[0]);
    for (std::size_t i = 0; i < rank; ++i) {
      PooledDim dim{.kernel = *element(node, "kernel_shape", i),
                    .stride = element(node, "strides", i).value_or(1),
                    .dilation = element(node, "dilations", i).value_or(1),
                    .pad_begin = element(node, "pads", i).value_or(0),
                    .pad_end = element(node, "pads", rank + i).value_or(0),
                    .size = {}};
      if (type.ranked && type.dims.size() == rank + 2 && type.dims[i + 2].extent != Dim::kUnknown) {
        dim.size = type.dims[i + 2].extent;
      }
      if (!has_stray_window(dim)) continue;
      const std::string sizes = dim.size ? "" : " at some sizes of the input";
      marks_.push_back({node,
                        "with ceil_mode the last window starts in the padding behind the input" + sizes +
                            ", which PyTorch leaves out: the output is larger than PyTorch's",
                        "pad the input explicitly and pool without ceil_mode"});
      return;
    }
  }

  const Graph& graph_;
  const OnnxInference& inference_;
  std::vector<ExportMark> marks_;
};

/// A boolean that lies in the file.
bool is_true(const Graph& graph, ValueId value) {
  if (!value) return false;
  TensorId tensor;
  if (graph[value].def == Value::Def::constant) tensor = TensorId{graph[value].owner};
  if (const NodeId node = graph.defining_node(value); node && graph[graph[node].op] == "onnx::Constant") {
    const Literal* literal = graph.attribute(node, "value");
    if (literal != nullptr && literal->kind == Literal::Kind::tensor) {
      tensor = TensorId{static_cast<std::uint32_t>(literal->bits)};
    }
  }
  if (!tensor) return false;
  const auto data = graph[graph[tensor].data];
  return !data.empty() && data[0] != std::byte{0};
}

}  // namespace

std::vector<ExportMark> onnx_export_marks(const Graph& graph, const OnnxInference& inference) {
  return Marks(graph, inference).run();
}

std::vector<ExportMark> onnx_training_nodes(const Graph& graph) {
  std::vector<ExportMark> nodes;
  const std::string fix = "call model.eval() before exporting, and export with training=TrainingMode.EVAL";
  for (NodeId node : graph.all_nodes()) {
    const std::string_view op = graph[graph[node].op];
    if (op == "onnx::Dropout") {
      const auto operands = graph[graph[node].operands];
      if (operands.size() > 2 && is_true(graph, operands[2])) {
        nodes.push_back({node, "this `Dropout` runs in training mode: it drops other elements at every run", fix});
      }
    }
    if (op == "onnx::BatchNormalization") {
      const Literal* mode = graph.attribute(node, "training_mode");
      const auto results = graph[graph[node].results];
      const bool updates = results.size() > 1 && std::ranges::any_of(results.subspan(1), [&](ValueId result) {
                             return result && !graph.uses(result).empty();
                           });
      if ((mode != nullptr && mode->bits != 0) || updates) {
        nodes.push_back(
            {node, "this `BatchNormalization` runs in training mode: it normalises by the batch it is given", fix});
      }
    }
  }
  return nodes;
}

}  // namespace graphwitness
