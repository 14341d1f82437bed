#include "analysis/alignment.h"

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <vector>

#include "graphwitness/ir/text.h"

namespace graphwitness {
namespace {

/// Names of the right graph's results that are matched with the left one's, "y -> y1 y2".
std::vector<std::string> matches(const Graph& left, const Graph& right) {
  const Alignment alignment(left, right);
  std::vector<std::string> lines;
  for (NodeId node : left.all_nodes()) {
    const auto on_right = alignment.on_right(node);
    if (on_right.empty()) continue;
    std::string line(left[left[left[left[node].results][0]].name]);
    line += " ->";
    for (NodeId other : on_right) {
      CHECK(alignment.on_left(other) == node);
      line += " " + std::string(right[right[right[right[other].results][0]].name]);
    }
    lines.push_back(line);
  }
  return lines;
}

std::vector<std::string> matches(std::string_view left, std::string_view right) {
  return matches(read_ir(left).graph, read_ir(right).graph);
}

using Lines = std::vector<std::string>;

TEST_CASE("a loop that was unrolled: one node, several on the other side, in order") {
  CHECK(matches(R"(
location 0 "m.py" line 3 column 5 in "forward"
location 1 "m.py" line 4 column 9 in "forward"
location 2 "m.py" line 5 column 9 in "forward"
graph "forward" scripted (%x: tensor, %n: int):
  %t: bool = prim::Constant[value=true]()
  %two: int = prim::Constant[value=2]()
  %r: tensor = prim::Loop(%n, %t, %x) @0 {
    block(%i: int, %c: tensor):
      %a: tensor = aten::mul(%c, %two) @1
      %b: tensor = aten::relu_(%a) @2
      return %t, %b
  }
  return %r)",
                R"(
location 0 "m.py" line 3 in "forward"
location 1 "m.py" line 4 in "forward"
location 2 "m.py" line 5 in "forward"
graph "forward" traced (%x: tensor):
  %two: int = prim::Constant[value=2]()
  %a1: tensor = aten::mul(%x, %two) @1
  %b1: tensor = aten::relu(%a1) @2
  %a2: tensor = aten::mul(%b1, %two) @1
  %b2: tensor = aten::relu(%a2) @2
  return %b2)") == Lines{"a -> a1 a2", "b -> b1 b2"});
}

TEST_CASE("the arm that was not taken has no counterpart, on one line too: numbers and operands tell") {
  CHECK(matches(R"(
location 0 "m.py" line 3 column 5 in "forward"
graph "forward" scripted (%x: tensor, %c: bool):
  %two: int = prim::Constant[value=2]()
  %three: int = prim::Constant[value=3]()
  %r: tensor = prim::If(%c) @0 {
    block(): %a: tensor = aten::mul(%x, %two) @0 return %a
    block(): %b: tensor = aten::mul(%x, %three) @0 return %b
  }
  return %r)",
                R"(
location 0 "m.py" line 3 in "forward"
tensor 0 "constants/0" tensor<i64> {3}
graph "forward" traced (%x: tensor):
  %three: tensor<i64> = prim::Constant[value=tensor 0]() @0
  %y: tensor = aten::mul(%x, %three) @0
  return %y)") == Lines{"b -> y"});
}

TEST_CASE("arithmetic on numbers and on tensors of one operator and line stay apart") {
  CHECK(matches(R"(
location 0 "m.py" line 3 column 5 in "forward"
graph "forward" scripted (%x: tensor):
  %zero: int = prim::Constant[value=0]()
  %two: int = prim::Constant[value=2]()
  %s: int = aten::size(%x, %zero) @0
  %n: int = aten::mul(%s, %two) @0
  %y: tensor = aten::mul(%x, %n) @0
  return %y)",
                R"(
location 0 "m.py" line 3 in "forward"
location 1 in "forward"
tensor 0 "constants/0" tensor<f32> {6.0}
graph "forward" traced (%x: tensor):
  %k: tensor<f32> = prim::Constant[value=tensor 0]() @0
  %y1: tensor = aten::mul(%x, %k) @0
  return %y1)") == Lines{"y -> y1"});
}

TEST_CASE("the same line in two module instances") {
  const std::string frames = R"(
location 0 "net.py" line 9 in "forward" scope ""
location 1 "block.py" line 4 in "forward" scope "a" from 0
location 2 "block.py" line 4 in "forward" scope "b" from 0
)";
  CHECK(matches(frames + R"(graph "forward" scripted (%x: tensor):
  %p: tensor = aten::relu(%x) @1
  %q: tensor = aten::relu(%p) @2
  return %q)",
                frames + R"(graph "forward" traced (%x: tensor):
  %v: tensor = aten::relu(%x) @2
  return %v)") == Lines{"q -> v"});
}

TEST_CASE("an operator of one graph is a helper's code in the other") {
  const std::string frames = R"(
location 0 "m.py" line 3 in "forward" scope ""
location 1 "/usr/lib/python3/dist-packages/torch/_tensor.py" line 39 in "wrapped" scope "" from 0
location 2 "/usr/lib/python3/dist-packages/torch/_tensor.py" line 868 in "split" scope "" from 1
)";
  const std::string in_place = frames + R"(graph "forward" scripted (%x: tensor, %n: int):
  %p: list<tensor> = aten::split(%x, %n) @0
  return %p)";
  const std::string in_helper = frames + R"(graph "forward" traced (%x: tensor, %n: int):
  %v: list<tensor> = aten::split_with_sizes(%x, %n) @2
  return %v)";
  CHECK(matches(in_place, in_helper) == Lines{"p -> v"});
  CHECK(matches(in_helper, in_place) == Lines{"v -> p"});
}

TEST_CASE("a call over several lines has another line in each kind of graph") {
  CHECK(matches(R"(
location 0 "m.py" line 3 column 5 in "forward" scope ""
graph "forward" scripted (%x: tensor):
  %p: tensor = aten::relu(%x) @0
  return %p)",
                R"(
location 0 "m.py" line 4 in "forward" scope ""
graph "forward" traced (%x: tensor):
  %v: tensor = aten::relu(%x) @0
  return %v)") == Lines{"p -> v"});
}

TEST_CASE("without lines: parameters that only one node uses, and order between them") {
  const std::string module = R"(
tensor 0 "w" tensor<f32, 2> absent 8
tensor 1 "v" tensor<f32, 2> absent 8
module 0 "" path "" class "M" {
  parameter "w": tensor<f32, 2> = tensor 0
  parameter "v": tensor<f32, 2> = tensor 1
}
)";
  CHECK(matches(module + R"(graph "forward" scripted self 0 (%self: object "M", %x: tensor, %c: bool):
  %w: tensor = prim::GetAttr[name="w"](%self)
  %v: tensor = prim::GetAttr[name="v"](%self)
  %a: tensor = aten::relu(%x)
  %r: tensor = prim::If(%c) {
    block(): %p: tensor = aten::mul(%a, %w) return %p
    block(): %q: tensor = aten::mul(%a, %v) return %q
  }
  %z: tensor = aten::relu(%r)
  return %z)",
                module + R"(graph "forward" traced self 0 (%self: object "M", %x: tensor):
  %v: tensor = prim::GetAttr[name="v"](%self)
  %a1: tensor = aten::relu(%x)
  %q1: tensor = aten::mul(%a1, %v)
  %z1: tensor = aten::relu(%q1)
  return %z1)") == Lines{"a -> a1", "q -> q1", "z -> z1"});
}

std::string chain(std::string_view origin, int length, bool lines) {
  std::string text =
      "location 0 \"m.py\" line 3 in \"forward\"\ngraph \"forward\" " + std::string(origin) + " (%x0: tensor):\n";
  for (int i = 1; i <= length; ++i) {
    text += "  %x" + std::to_string(i) + ": tensor = aten::relu(%x" + std::to_string(i - 1) + ")";
    text += lines ? " @0\n" : "\n";
  }
  return text + "  return %x" + std::to_string(length);
}

TEST_CASE("a long chain on one line, or without lines, takes linear time and no stack") {
  for (bool lines : {true, false}) {
    const Graph left = read_ir(chain("scripted", 100'000, lines)).graph;
    const Graph right = read_ir(chain("traced", 100'000, lines)).graph;
    const auto start = std::chrono::steady_clock::now();
    const Alignment alignment(left, right);
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(20));
    std::size_t in_place = 0;
    for (NodeId node : left.all_nodes()) {
      const auto on_right = alignment.on_right(node);
      if (on_right.size() == 1 && on_right[0] == node) ++in_place;
    }
    CHECK(in_place == 100'000);
  }
}

}  // namespace
}  // namespace graphwitness
