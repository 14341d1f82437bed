#pragma once
/// Operators that do the same under different names when one graph was scripted and the other traced, and which operand
/// of the one is which of the other. A pair that is not in the tables is compared by name, and by position when the
/// overloads agree.

#include <cstdint>
#include <string_view>
#include <vector>

#include "graphwitness/ir/graph.h"

namespace graphwitness {

/// One name for an operator and its twins: `aten::add_` and `aten::add`, `aten::_convolution` and `aten::conv2d`,
/// `onnx::Conv`.
std::string_view canonical_operator(std::string_view op);

/// Whether an exporter writes one operator for this canonical one.
bool has_export_twin(std::string_view canonical);

/// Constants, attribute reads, packing and conversions: nodes that only pass values on, and that one graph has where
/// the other needs none.
bool is_plumbing(std::string_view op);

/// Reads a tensor as a Python number (`aten::Int`), or makes a tensor of a number: the value passes unchanged.
bool passes_number(std::string_view op);

/// Positions of operands that mean the same.
struct OperandPair {
  std::uint32_t left = 0;
  std::uint32_t right = 0;
};
/// For two nodes of one canonical operator.
std::vector<OperandPair> operand_pairs(const Graph& left, NodeId left_node, const Graph& right, NodeId right_node);

}  // namespace graphwitness
