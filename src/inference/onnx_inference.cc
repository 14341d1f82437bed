#include "inference/onnx_inference.h"

#include <algorithm>

#include "inference/inferrer.h"
#include "inference/protos.h"

namespace graphwitness {

struct OnnxInference::State {
  State(const Graph& of, std::span<const FreedDim> freed) : graph(of), inferrer(of, freed) {}

  const Graph& graph;
  Inferrer inferrer;
};

OnnxInference::OnnxInference(const Graph& graph) : OnnxInference(graph, {}) {}

OnnxInference::OnnxInference(const Graph& graph, std::span<const FreedDim> freed) {
  if (graph.format() != Format::onnx) return;
  state_ = std::make_unique<State>(graph, freed);
  state_->inferrer.run();
  std::ranges::stable_sort(state_->inferrer.issues(), {},
                           [](const OnnxIssue& issue) { return issue.node ? issue.node.raw + 1 : 0; });
}

OnnxInference::~OnnxInference() = default;

InferredType OnnxInference::type(ValueId value) const {
  return state_ ? state_->inferrer.types()[value] : InferredType{};
}

std::optional<std::vector<ShapeElement>> OnnxInference::elements(ValueId value) const {
  if (!state_ || !value) return std::nullopt;
  const onnx::TensorShapeProto* known = state_->inferrer.elements().find(value);
  if (known == nullptr) return std::nullopt;
  std::vector<ShapeElement> elements;
  for (const auto& dim : known->dim()) {
    ShapeElement& element = elements.emplace_back();
    if (dim.has_dim_value()) element.number = dim.dim_value();
    if (dim.has_dim_param()) element.symbol = state_->graph.find_symbol(dim.dim_param());
  }
  return elements;
}

std::span<const OnnxIssue> OnnxInference::issues() const {
  return state_ ? std::span<const OnnxIssue>(state_->inferrer.issues()) : std::span<const OnnxIssue>();
}

std::int64_t OnnxInference::opset(std::string_view domain) const {
  return state_ ? state_->inferrer.operators().opset(domain) : 0;
}

std::int64_t OnnxInference::newest_opset() { return graphwitness::newest_opset(""); }

std::string describe_type(const Graph& graph, const InferredType& type) {
  if (!type.is_tensor) return "a value of unknown type";
  std::string text = "tensor<";
  text += type.dtype == DType::unknown ? "?" : name_of(type.dtype);
  if (!type.ranked) return text + ", *>";
  for (const Dim& dim : type.dims) {
    text += ", ";
    if (dim.extent != Dim::kUnknown) {
      text += std::to_string(dim.extent);
    } else {
      text += dim.name ? std::string(graph[dim.name]) : "?";
    }
  }
  return text + ">";
}

}  // namespace graphwitness
