#pragma once
/// One node of the shared graph as the onnx library's inference functions want to see it.

#include <onnx/defs/shape_inference.h>

#include <deque>
#include <memory>
#include <unordered_map>
#include <vector>

#include "graphwitness/ir/graph.h"
#include "inference/operator_table.h"
#include "inference/type_store.h"

namespace graphwitness {

/// What is known of elements: of constants, from the file; of results, by following shape arithmetic.
class ElementStore {
 public:
  explicit ElementStore(const Graph& graph) : graph_(graph) {}

  /// The tensor that a value is, when it is one; none: it is computed.
  TensorId constant(ValueId value) const;
  /// Elements of an integer tensor of rank 0 or 1 that was computed; null: unknown.
  const onnx::TensorShapeProto* computed(ValueId value) const;
  /// The same, of computed and constant ones.
  const onnx::TensorShapeProto* find(ValueId value);
  void set(ValueId value, onnx::TensorShapeProto elements) {
    elements_.insert_or_assign(value.raw, std::move(elements));
  }
  const std::unordered_map<std::uint32_t, onnx::TensorShapeProto>& all() const { return elements_; }

 private:
  const Graph& graph_;
  std::unordered_map<std::uint32_t, onnx::TensorShapeProto> elements_;  // by value
};

class NodeContext : public onnx::InferenceContext {
 public:
  NodeContext(const Graph& graph, const TypeStore& types, ElementStore& elements);

  /// Turns to another node; what was given out for the one before is no longer valid.
  void select(NodeId node, const Operator& op);

  const onnx::AttributeProto* getAttribute(const std::string& name) const override;
  std::size_t getNumInputs() const override { return input_types_.size(); }
  const onnx::TypeProto* getInputType(std::size_t index) const override;
  const onnx::TensorProto* getInputData(std::size_t index) const override;
  std::size_t getNumOutputs() const override { return outputs_; }
  onnx::TypeProto* getOutputType(std::size_t index) override;
  onnx::GraphInferencer* getGraphAttributeInferencer(const std::string& name) override;
  const onnx::SparseTensorProto* getInputSparseData(std::size_t) const override { return nullptr; }
  const onnx::TensorShapeProto* getSymbolicInput(std::size_t index) const override;

 private:
  const Graph& graph_;
  const TypeStore& types_;
  ElementStore& elements_;
  NodeId node_;
  const Operator* op_ = nullptr;
  std::vector<const onnx::TypeProto*> input_types_;  // null: unknown
  std::deque<onnx::TypeProto> input_protos_;
  std::deque<onnx::TypeProto> output_protos_;
  std::size_t outputs_ = 0;
  mutable std::deque<onnx::TensorProto> data_;
  mutable std::deque<onnx::AttributeProto> attributes_;
};

/// Shape arithmetic of the node that a NodeContext has inferred.
class ElementContext : public onnx::DataPropagationContext {
 public:
  ElementContext(const Graph& graph, NodeContext& types, ElementStore& elements, NodeId node)
      : graph_(graph), types_(types), elements_(elements), node_(node) {}

  const onnx::AttributeProto* getAttribute(const std::string& name) const override { return types_.getAttribute(name); }
  std::size_t getNumInputs() const override { return types_.getNumInputs(); }
  /// Never null: the library's functions ask what kind of type it is.
  const onnx::TypeProto* getInputType(std::size_t index) const override;
  std::size_t getNumOutputs() const override { return types_.getNumOutputs(); }
  const onnx::TypeProto* getOutputType(std::size_t index) const override { return types_.getOutputType(index); }
  const onnx::TensorShapeProto* getInputData(std::size_t index) override;
  void addOutputData(std::size_t index, onnx::TensorShapeProto&& elements) override;

 private:
  const Graph& graph_;
  NodeContext& types_;
  ElementStore& elements_;
  NodeId node_;
};

}  // namespace graphwitness
