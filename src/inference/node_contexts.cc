#include "inference/node_contexts.h"

#include <cstring>
#include <stdexcept>
#include <string>

#include "inference/protos.h"

namespace graphwitness {
namespace {

template <class Integer>
void add_elements(std::span<const std::byte> data, onnx::TensorShapeProto& elements) {
  for (std::size_t at = 0; at + sizeof(Integer) <= data.size(); at += sizeof(Integer)) {
    Integer value = 0;
    std::memcpy(&value, data.data() + at, sizeof(value));
    elements.add_dim()->set_dim_value(value);
  }
}

/// False while an element is not known as a number.
bool write_elements(const InferredType& type, const onnx::TensorShapeProto& elements, onnx::TensorProto& proto) {
  if (!type.ranked || type.dims.size() > 1) return false;
  proto.set_data_type(onnx::TensorProto::INT64);
  if (type.dims.size() == 1) proto.add_dims(elements.dim_size());
  for (const auto& element : elements.dim()) {
    if (!element.has_dim_value()) return false;
    proto.add_int64_data(element.dim_value());
  }
  return type.dtype == DType::i64 && (type.dims.size() == 1 || elements.dim_size() == 1);
}

[[noreturn]] void fail_index(std::size_t index) {
  throw std::out_of_range("an operand or result " + std::to_string(index) + " that the node does not have");
}

}  // namespace

TensorId ElementStore::constant(ValueId value) const {
  if (!value) return {};
  const Value& it = graph_[value];
  if (it.def == Value::Def::constant) return TensorId{it.owner};
  const NodeId node = graph_.defining_node(value);
  if (!node || graph_[graph_[node].op] != "onnx::Constant") return {};
  const Literal* literal = graph_.attribute(node, "value");
  if (literal == nullptr || literal->kind != Literal::Kind::tensor) return {};
  return TensorId{static_cast<std::uint32_t>(literal->bits)};
}

const onnx::TensorShapeProto* ElementStore::computed(ValueId value) const {
  const auto found = elements_.find(value.raw);
  return found == elements_.end() ? nullptr : &found->second;
}

const onnx::TensorShapeProto* ElementStore::find(ValueId value) {
  if (!value) return nullptr;
  if (const auto* known = computed(value)) return known;
  const TensorId tensor = constant(value);
  if (!tensor) return nullptr;
  const Type& type = graph_[graph_[tensor].type];
  if (graph_[type.dims].size() > 1 || (type.dtype != DType::i64 && type.dtype != DType::i32)) return nullptr;
  const auto data = graph_[graph_[tensor].data];
  const bool is_empty = graph_[type.dims].size() == 1 && graph_[type.dims][0].extent == 0;
  if (data.empty() && !is_empty) return nullptr;
  onnx::TensorShapeProto elements;
  if (type.dtype == DType::i64) {
    add_elements<std::int64_t>(data, elements);
  } else {
    add_elements<std::int32_t>(data, elements);
  }
  return &elements_.insert_or_assign(value.raw, std::move(elements)).first->second;
}

NodeContext::NodeContext(const Graph& graph, const TypeStore& types, ElementStore& elements)
    : graph_(graph), types_(types), elements_(elements) {}

void NodeContext::select(NodeId node, const Operator& op) {
  node_ = node;
  op_ = &op;
  data_.clear();
  attributes_.clear();
  input_types_.clear();
  const auto operands = graph_[graph_[node].operands];
  while (input_protos_.size() < operands.size()) input_protos_.emplace_back();
  for (std::size_t i = 0; i < operands.size(); ++i) {
    const bool is_known = operands[i] && types_.write(operands[i], input_protos_[i]);
    input_types_.push_back(is_known ? &input_protos_[i] : nullptr);
  }
  outputs_ = graph_[graph_[node].results].size();
  while (output_protos_.size() < outputs_) output_protos_.emplace_back();
  for (std::size_t i = 0; i < outputs_; ++i) output_protos_[i].Clear();
}

const onnx::AttributeProto* NodeContext::getAttribute(const std::string& name) const {
  for (const onnx::AttributeProto& known : attributes_) {
    if (known.name() == name) return &known;
  }
  for (const Attribute& attribute : graph_[graph_[node_].attributes]) {
    if (graph_[attribute.name] != name) continue;
    const auto& formals = op_->schema->attributes();
    const auto formal = formals.find(name);
    write_attribute(graph_, attribute, formal == formals.end() ? onnx::AttributeProto::UNDEFINED : formal->second.type,
                    attributes_.emplace_back());
    return &attributes_.back();
  }
  return nullptr;
}

const onnx::TypeProto* NodeContext::getInputType(std::size_t index) const {
  if (index >= input_types_.size()) fail_index(index);
  return input_types_[index];
}

const onnx::TensorProto* NodeContext::getInputData(std::size_t index) const {
  if (index >= input_types_.size()) fail_index(index);
  const ValueId value = graph_[graph_[node_].operands][index];
  if (const TensorId tensor = elements_.constant(value)) {
    return write_tensor(graph_, tensor, data_.emplace_back()) ? &data_.back() : nullptr;
  }
  const onnx::TensorShapeProto* elements = value ? elements_.computed(value) : nullptr;
  if (elements == nullptr || !write_elements(types_[value], *elements, data_.emplace_back())) return nullptr;
  return &data_.back();
}

onnx::TypeProto* NodeContext::getOutputType(std::size_t index) {
  if (index >= outputs_) fail_index(index);
  return &output_protos_[index];
}

onnx::GraphInferencer* NodeContext::getGraphAttributeInferencer(const std::string&) {
  throw std::logic_error("nodes with subgraphs are not inferred this way");
}

const onnx::TensorShapeProto* NodeContext::getSymbolicInput(std::size_t index) const {
  if (index >= input_types_.size()) fail_index(index);
  const ValueId value = graph_[graph_[node_].operands][index];
  return !value || elements_.constant(value) ? nullptr : elements_.computed(value);
}

const onnx::TypeProto* ElementContext::getInputType(std::size_t index) const {
  static const onnx::TypeProto unknown;
  const onnx::TypeProto* type = types_.getInputType(index);
  return type != nullptr ? type : &unknown;
}

const onnx::TensorShapeProto* ElementContext::getInputData(std::size_t index) {
  if (index >= types_.getNumInputs()) fail_index(index);
  return elements_.find(graph_[graph_[node_].operands][index]);
}

void ElementContext::addOutputData(std::size_t index, onnx::TensorShapeProto&& elements) {
  const auto results = graph_[graph_[node_].results];
  if (index >= results.size()) fail_index(index);
  if (results[index]) elements_.set(results[index], std::move(elements));
}

}  // namespace graphwitness
