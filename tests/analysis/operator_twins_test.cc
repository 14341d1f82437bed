#include "analysis/operator_twins.h"

#include <doctest/doctest.h>

#include "graphwitness/ir/text.h"

namespace graphwitness {
namespace {

TEST_CASE("twins have one name") {
  CHECK(canonical_operator("aten::add_") == "aten::add");
  CHECK(canonical_operator("aten::conv2d") == canonical_operator("aten::_convolution"));
  CHECK(canonical_operator("aten::rsub") == "aten::sub");
  CHECK(canonical_operator("aten::floordiv") == canonical_operator("aten::floor_divide"));
  CHECK(canonical_operator("aten::__and__") == "aten::__and__");
  CHECK(canonical_operator("prim::If") == "prim::If");
  CHECK(canonical_operator("onnx::Conv") == canonical_operator("aten::conv2d"));
  CHECK(canonical_operator("onnx::If") == "prim::If");
  CHECK(canonical_operator("onnx::Nothing") == "onnx::Nothing");
}

constexpr std::string_view kOperators = R"(
graph "forward" scripted (%x: tensor, %w: tensor, %l: list<int>):
  %n: none = prim::Constant[value=none]()
  %i: int = prim::Constant[value=1]()
  %b: bool = prim::Constant[value=false]()
  %c: tensor = aten::conv2d(%x, %w, %n, %l, %l, %l, %i)
  %t: tensor = aten::conv_transpose2d(%x, %w, %n, %l, %l, %l, %i, %l)
  %u: tensor = aten::_convolution(%x, %w, %n, %l, %l, %l, %b, %l, %i, %b, %b, %b, %b)
  %s: tensor = aten::sub(%x, %i, %i)
  %r: tensor = aten::rsub(%x, %i, %i)
  return %r)";

TEST_CASE("operands of twins are told by meaning") {
  const Graph graph = read_ir(kOperators).graph;
  const auto node = [&](std::string_view op) {
    for (NodeId id : graph.all_nodes()) {
      if (graph[graph[id].op] == op) return id;
    }
    return NodeId{};
  };
  const auto right_of = [&](std::string_view left, std::string_view right, std::uint32_t position) {
    for (const OperandPair& pair : operand_pairs(graph, node(left), graph, node(right))) {
      if (pair.left == position) return static_cast<int>(pair.right);
    }
    return -1;
  };
  CHECK(right_of("aten::conv2d", "aten::_convolution", 5) == 5);
  CHECK(right_of("aten::conv2d", "aten::_convolution", 6) == 8);
  CHECK(right_of("aten::conv_transpose2d", "aten::_convolution", 7) == 5);
  CHECK(right_of("aten::conv_transpose2d", "aten::_convolution", 6) == 8);
  CHECK(right_of("aten::conv_transpose2d", "aten::_convolution", 5) == 7);
  CHECK(right_of("aten::sub", "aten::rsub", 0) == 1);
  CHECK(right_of("aten::sub", "aten::rsub", 1) == 0);
  CHECK(right_of("aten::sub", "aten::sub", 1) == 1);
}

}  // namespace
}  // namespace graphwitness
