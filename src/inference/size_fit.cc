#include "inference/size_fit.h"

#include "inference/node_attributes.h"

namespace graphwitness {
namespace {

InferredType type_at(const Graph& graph, NodeId node, std::size_t index, const TypeStore& types) {
  const auto operands = graph[graph[node].operands];
  return index < operands.size() ? types[operands[index]] : InferredType{};
}

bool differ(const Dim& a, const Dim& b) {
  return a.extent != Dim::kUnknown && b.extent != Dim::kUnknown && a.extent != b.extent;
}

std::string sizes(const Dim& a, const Dim& b) { return std::to_string(a.extent) + " and " + std::to_string(b.extent); }

void check_gemm(const Graph& graph, NodeId node, const TypeStore& types, std::vector<std::string>& wrong) {
  const InferredType left = type_at(graph, node, 0, types);
  const InferredType right = type_at(graph, node, 1, types);
  if (!left.ranked || !right.ranked || left.dims.size() != 2 || right.dims.size() != 2) return;
  const Dim& columns = left.dims[integer_attribute(graph, node, "transA", 0) != 0 ? 0 : 1];
  const Dim& rows = right.dims[integer_attribute(graph, node, "transB", 0) != 0 ? 1 : 0];
  if (differ(columns, rows)) wrong.push_back("`Gemm` multiplies along sizes " + sizes(columns, rows));
}

void check_convolution(const Graph& graph, NodeId node, const TypeStore& types, std::vector<std::string>& wrong) {
  const InferredType input = type_at(graph, node, 0, types);
  const InferredType weight = type_at(graph, node, 1, types);
  if (!input.ranked || !weight.ranked || input.dims.size() < 3 || weight.dims.size() < 2) return;
  Dim taken = weight.dims[1];
  if (taken.extent == Dim::kUnknown) return;
  if (__builtin_mul_overflow(taken.extent, integer_attribute(graph, node, "group", 1), &taken.extent)) return;
  if (differ(input.dims[1], taken)) {
    wrong.push_back("`Conv` is given " + std::to_string(input.dims[1].extent) + " channels, its weight takes " +
                    std::to_string(taken.extent));
  }
}

void check_transpose(const Graph& graph, NodeId node, const TypeStore& types, std::vector<std::string>& wrong) {
  const InferredType input = type_at(graph, node, 0, types);
  const Literal* perm = graph.attribute(node, "perm");
  if (!input.ranked || perm == nullptr || perm->kind != Literal::Kind::list) return;
  if (perm->elements.count == input.dims.size()) return;
  wrong.push_back("`Transpose` permutes " + std::to_string(perm->elements.count) + " dimensions of an input that has " +
                  std::to_string(input.dims.size()));
}

}  // namespace

std::vector<std::string> size_misfits(const Graph& graph, NodeId node, const Operator& op, const TypeStore& types) {
  std::vector<std::string> wrong;
  if (op.domain != "ai.onnx") return wrong;
  if (op.name == "Gemm") check_gemm(graph, node, types, wrong);
  if (op.name == "Conv") check_convolution(graph, node, types, wrong);
  if (op.name == "Transpose") check_transpose(graph, node, types, wrong);
  return wrong;
}

}  // namespace graphwitness
