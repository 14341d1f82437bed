#include "localize/onnx_operations.h"

#include <algorithm>

#include "graphwitness/ir/text.h"

namespace graphwitness::localize {
namespace {

constexpr std::size_t kLongestText = 60;

class Reader {
 public:
  explicit Reader(const Graph& graph) : graph_(graph), number_(graph.all_values().size(), kNoValue) {}

  OnnxOperations read() {
    if (graph_.functions().size() == 0) return {};
    const Block& body = graph_[graph_[FunctionId{0}].body];
    for (const ValueId parameter : graph_[body.params]) add(parameter, Watched::Origin::input);
    for (const NodeId node : graph_[body.nodes]) add(node);
    for (const ValueId output : graph_[body.outputs]) {
      result_.execution.outputs.push_back(output ? number_[output.raw] : kNoValue);
    }
    return std::move(result_);
  }

 private:
  std::int64_t add(ValueId value, Watched::Origin origin) {
    const auto number = static_cast<std::int64_t>(result_.execution.values.size());
    number_[value.raw] = number;
    const std::string name(graph_[graph_[value].name]);
    result_.numbers.try_emplace(name, number);
    result_.execution.values.push_back({.origin = origin, .name = name});
    return number;
  }

  std::int64_t add_constant(ValueId value) {
    const std::int64_t number = add(value, Watched::Origin::constant);
    const Tensor& tensor = graph_[TensorId{graph_[value].owner}];
    const Type& type = graph_[tensor.type];
    Watched& watched = result_.execution.values.back();
    watched.sketch.dtype = type.dtype;
    for (const Dim& dim : graph_[type.dims]) watched.sketch.sizes.push_back(dim.extent);
    watched.file = graph_[tensor.file];
    watched.offset = tensor.offset;
    watched.length = tensor.length;
    return number;
  }

  void add(NodeId id) {
    const Node& node = graph_[id];
    Operation operation{.op = std::string(graph_[node.op]), .name = std::string(graph_[node.name])};
    if (node.loc) {
      const Location& location = graph_[node.loc];
      operation.scope = graph_[location.scope];
      operation.where = {.file = std::string(graph_[location.file]),
                         .line = location.line,
                         .column = location.column,
                         .function = std::string(graph_[location.function])};
    }
    for (const ValueId operand : graph_[node.operands]) {
      if (!operand) continue;
      std::int64_t number = number_[operand.raw];
      if (number == kNoValue && graph_[operand].def == graphwitness::Value::Def::constant)
        number = add_constant(operand);
      operation.inputs.push_back({.name = std::string(graph_[graph_[operand].name]), .value = number});
    }
    for (const Attribute& attribute : graph_[node.attributes]) {
      operation.inputs.push_back(
          {.name = std::string(graph_[attribute.name]), .text = print_literal(graph_, attribute.value, kLongestText)});
    }
    for (const ValueId result : graph_[node.results]) {
      if (result) operation.outputs.push_back(add(result, Watched::Origin::computed));
    }
    result_.execution.operations.push_back(std::move(operation));
  }

  const Graph& graph_;
  std::vector<std::int64_t> number_;  // by value of the graph
  OnnxOperations result_;
};

}  // namespace

OnnxOperations onnx_operations(const Graph& graph) { return Reader(graph).read(); }

}  // namespace graphwitness::localize
