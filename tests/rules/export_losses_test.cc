// What an export lost, told from the two graphs.

#include "rules/export_losses.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "graphwitness/ir/text.h"

namespace graphwitness {
namespace {

constexpr std::string_view kHead = R"(format onnx
property "ir_version" "8"
property "opset.ai.onnx" "13"
)";

/// "error: message", one a loss.
std::vector<std::string> losses(const std::string& module, const std::string& exported) {
  const Graph own = read_ir(module).graph;
  const Graph kept = read_ir(std::string(kHead) + exported).graph;
  std::vector<std::string> found;
  for (const ExportLoss& loss : export_losses(own, kept)) {
    found.push_back(std::string(name_of(loss.severity)) + ": " + loss.message);
  }
  return found;
}

using Lines = std::vector<std::string>;

TEST_CASE("a faithful export loses nothing") {
  CHECK(losses(R"(graph "forward" traced (%x.1: tensor): %y: tensor = aten::relu(%x.1) return %y)",
               R"(graph(%x: tensor<f32, N, M>): %y: tensor = onnx::Relu(%x) return %y)") == Lines{});
}

TEST_CASE("inputs that are gone, and one that is new") {
  CHECK(losses(R"(graph "forward" scripted (%x: tensor, %m: tensor, %s: float):
  %y: tensor = aten::mul(%x, %s)
  %z: tensor = aten::add(%y, %m, %s)
  return %z)",
               R"(graph(%x: tensor<f32, N>): %y: tensor = onnx::Relu(%x) return %y)") ==
        Lines{"warning: argument `s` is no input of the export, which keeps the example's value",
              "warning: input `m` is not in the export"});
  CHECK(losses(R"(graph "forward" scripted (%x: tensor): %y: tensor = aten::relu(%x) return %y)",
               R"(graph(%x: tensor<f32, N>, %s: tensor<f32>): %y: tensor = onnx::Mul(%x, %s) return %y)") ==
        Lines{"warning: the export takes 2 inputs, the module 1: an argument with a default has become an input that "
              "must be given"});
}

TEST_CASE("outputs that are flattened, and fixed sizes") {
  CHECK(losses(R"(graph "forward" scripted (%x: tensor):
  %i: tuple<tensor, tensor> = prim::TupleConstruct(%x, %x)
  %o: tuple<tensor, tuple<tensor, tensor>> = prim::TupleConstruct(%x, %i)
  return %o)",
               R"(graph(%x: tensor<f32, 2, 3>): %a: tensor = onnx::Relu(%x) return %a, %x, %x)") ==
        Lines{"warning: the nested tuple that the module yields is flattened to 3 outputs",
              "warning: the export fixes dimensions 0, 1 of input `x`: [2, 3]"});
}

TEST_CASE("branches, assertions and state") {
  const std::string module = R"(module 0 "" path "" class "M" {
  buffer "n": tensor = unknown
}
graph "forward" scripted self 0 (%self: object "M", %x: tensor):
  %m: str = prim::Constant[value="no"]()
  %one: int = prim::Constant[value=1]()
  %c: bool = aten::is_nonzero(%x)
  prim::If(%c) { block(): prim::RaiseException(%m) return block(): return }
  %r: tensor = prim::If(%c) {
    block(): %p: tensor = aten::relu(%x) return %p
    block(): return %x
  }
  %n: tensor = prim::GetAttr[name="n"](%self)
  %w: tensor = aten::add_(%n, %one, %one)
  return %r)";
  CHECK(losses(module, R"(graph(%x: tensor<f32, N>): %y: tensor = onnx::Relu(%x) return %y)") ==
        Lines{"warning: this assertion is not in the export, which goes on where the module raises",
              "error: this branch is not in the export, which keeps the arm that the example took",
              "warning: the update of `n` is not in the export: ONNX graphs keep no state from call to call"});
  CHECK(losses(module, R"(graph(%x: tensor<f32, N>, %c: tensor<bool>):
  %y: tensor = onnx::If(%c) { block(): %p: tensor = onnx::Relu(%x) return %p block(): return %x }
  return %y)")
            .size() == 2 + 1);  // and an input more than the module has
}

TEST_CASE("operators that the exporter lowers to others") {
  CHECK(losses(R"(graph "forward" traced (%x: tensor, %y: tensor): %z: tensor = aten::floor_divide(%x, %y) return %z)",
               R"(graph(%x: tensor<f32, N>, %y: tensor<f32, N>): %z: tensor = onnx::Div(%x, %y) return %z)") ==
        Lines{"error: `aten::floor_divide` is exported to ONNX as a division that rounds towards zero: another result "
              "for negative numbers"});
}

}  // namespace
}  // namespace graphwitness
