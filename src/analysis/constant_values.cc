#include "analysis/constant_values.h"

#include <cstring>
#include <span>
#include <string_view>

#include "analysis/operator_twins.h"
#include "graphwitness/ir/text.h"

namespace graphwitness {
namespace {

constexpr int kLongestWay = 16;
constexpr std::size_t kShownElements = 6;

/// What `torch.tensor(...)` and `torch.as_tensor(...)` leave around the constant they record.
bool copies(std::string_view op) {
  return op == "aten::to" || op == "aten::detach" || op == "aten::lift_fresh" || op == "aten::clone" ||
         op == "aten::contiguous";
}

const Literal* literal_of(const Graph& graph, NodeId constant) { return graph.attribute(constant, "value"); }

template <class T>
double read_element(std::span<const std::byte> data) {
  T element{};
  std::memcpy(&element, data.data(), sizeof(T));
  return static_cast<double>(element);
}

std::optional<double> single_element(const Graph& graph, const Tensor& tensor) {
  const auto data = graph[tensor.data];
  const DType dtype = graph[tensor.type].dtype;
  const std::size_t width = byte_size(dtype);
  if (width == 0 || data.size() != width) return std::nullopt;
  switch (dtype) {
    case DType::boolean:
    case DType::u8:
      return read_element<std::uint8_t>(data);
    case DType::i8:
      return read_element<std::int8_t>(data);
    case DType::i16:
      return read_element<std::int16_t>(data);
    case DType::i32:
      return read_element<std::int32_t>(data);
    case DType::i64:
      return read_element<std::int64_t>(data);
    case DType::f32:
      return read_element<float>(data);
    case DType::f64:
      return read_element<double>(data);
    default:
      return std::nullopt;
  }
}

const Tensor* tensor_of(const Graph& graph, const Literal& literal) {
  if (literal.kind != Literal::Kind::tensor) return nullptr;
  return &graph[TensorId{static_cast<std::uint32_t>(literal.bits)}];
}

std::string number_text(double number) {
  std::string text = std::to_string(number);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text;
}

std::string tensor_text(const Graph& graph, const Tensor& tensor) {
  if (const auto number = single_element(graph, tensor)) return number_text(*number);
  const Type& type = graph[tensor.type];
  std::string text = "tensor";
  if (!type.ranked) return text;
  text += " of shape [";
  std::string_view separator;
  for (const Dim& dim : graph[type.dims]) {
    text += std::string(separator) + std::to_string(dim.extent);
    separator = ", ";
  }
  return text + "]";
}

}  // namespace

ValueId behind_passing(const Graph& graph, ValueId value) {
  for (int step = 0; step < kLongestWay && value; ++step) {
    const NodeId maker = graph.defining_node(value);
    if (!maker || !passes_number(graph[graph[maker].op]) || graph[maker].operands.count == 0) return value;
    value = graph[graph[maker].operands][0];
  }
  return value;
}

NodeId constant_node(const Graph& graph, ValueId value) {
  for (int step = 0; step < kLongestWay && value; ++step) {
    value = behind_passing(graph, value);
    const NodeId maker = value ? graph.defining_node(value) : NodeId{};
    if (!maker) return {};
    const std::string_view op = graph[graph[maker].op];
    if (op == "prim::Constant" || op == "onnx::Constant") return maker;
    if (!copies(op) || graph[maker].operands.count == 0) return {};
    value = graph[graph[maker].operands][0];
  }
  return {};
}

std::optional<double> constant_number(const Graph& graph, ValueId value) {
  const NodeId constant = constant_node(graph, value);
  const Literal* literal = constant ? literal_of(graph, constant) : nullptr;
  if (literal == nullptr) return std::nullopt;
  if (literal->kind == Literal::Kind::integer || literal->kind == Literal::Kind::boolean) {
    return static_cast<double>(literal->bits);
  }
  if (literal->kind == Literal::Kind::floating) return graph.floating(*literal);
  const Tensor* tensor = tensor_of(graph, *literal);
  return tensor == nullptr ? std::nullopt : single_element(graph, *tensor);
}

std::string constant_text(const Graph& graph, ValueId value) {
  const std::vector<ValueId> elements = listed_elements(graph, value);
  if (!elements.empty()) {
    std::string text = "[";
    for (std::size_t i = 0; i < elements.size(); ++i) {
      if (i > 0) text += ", ";
      if (i == kShownElements) return text + "…]";
      text += constant_text(graph, behind_passing(graph, elements[i]));
    }
    return text + "]";
  }
  const NodeId constant = constant_node(graph, value);
  if (!constant) return "…";
  for (const Attribute& attribute : graph[graph[constant].attributes]) {
    if (graph[attribute.name] != "value") continue;
    const Tensor* tensor = tensor_of(graph, graph[attribute.value]);
    if (tensor != nullptr) return tensor_text(graph, *tensor);
    const Literal& literal = graph[attribute.value];
    if (literal.kind == Literal::Kind::opaque) return '"' + std::string(graph.text(literal)) + '"';
    return print_literal(graph, attribute.value, kShownElements);
  }
  return "…";
}

std::vector<ValueId> listed_elements(const Graph& graph, ValueId value) {
  const NodeId maker = value ? graph.defining_node(value) : NodeId{};
  if (!maker) return {};
  const std::string_view op = graph[graph[maker].op];
  if (op != "prim::ListConstruct" && op != "prim::TupleConstruct") return {};
  const auto operands = graph[graph[maker].operands];
  return {operands.begin(), operands.end()};
}

}  // namespace graphwitness
