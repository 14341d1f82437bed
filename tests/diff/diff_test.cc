#include "graphwitness/diff/diff.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "graphwitness/ir/text.h"
#include "rules/registry.h"

namespace graphwitness {
namespace {

using Lines = std::vector<std::string>;

std::vector<const Rule*> every_rule() {
  const auto all = all_rules();
  return {all.begin(), all.end()};
}

GraphDiff diff_of(std::string_view left, std::string_view right) {
  return diff_graphs(read_ir(left).graph, read_ir(right).graph, every_rule());
}

/// "branch 20: the data of `x` chooses the arm", one a change that is not minor.
Lines changes_of(const GraphDiff& diff) {
  Lines lines;
  for (const GraphChange& change : diff.changes) {
    if (change.minor) continue;
    lines.push_back(std::string(name_of(change.kind)) + " " + std::to_string(change.at.line) + ": " + change.message);
  }
  return lines;
}

Lines changes_of(std::string_view left, std::string_view right) { return changes_of(diff_of(left, right)); }

/// "- 4", " 5": side and number of the lines of a change.
Lines lines_of(const GraphChange& change) {
  Lines lines;
  for (const ChangeLine& line : change.lines) {
    const char* side = line.side == ChangeLine::Side::left ? "-" : line.side == ChangeLine::Side::right ? "+" : " ";
    lines.push_back(side + std::to_string(line.at.line));
  }
  return lines;
}

constexpr std::string_view kScripted = R"(
format torchscript
location 0 "m.py" line 3 column 5 in "forward"
location 1 "m.py" line 4 column 9 in "forward"
location 2 "m.py" line 6 column 9 in "forward"
location 3 "m.py" line 7 column 9 in "forward"
graph "forward" scripted (%x: tensor<f32>):
  %none: none = prim::Constant[value=none]()
  %zero: int = prim::Constant[value=0]()
  %s: tensor = aten::sum(%x, %none) @0
  %g: tensor = aten::gt(%s, %zero) @0
  %b: bool = aten::Bool(%g) @0
  %y: tensor = prim::If(%b) @0 {
    block():
      %p: tensor = aten::relu(%x) @1
      return %p
    block():
      %q: tensor = aten::neg(%x) @2
      return %q
  }
  %z: tensor = aten::exp(%y) @3
  return %z)";

constexpr std::string_view kTraced = R"(
format torchscript
location 0 "m.py" line 4 in "forward"
location 1 "m.py" line 7 in "forward"
graph "forward" traced (%x: tensor<f32>):
  %1: tensor = aten::relu(%x) @0
  %2: tensor = aten::exp(%1) @1
  return %2)";

}  // namespace

TEST_CASE("a trace against its script: the arm that is lost, the one that is kept") {
  const GraphDiff diff = diff_of(kScripted, kTraced);
  CHECK(changes_of(diff) == Lines{"branch 3: the data of `x` chooses the arm"});
  const GraphChange& change = diff.changes[0];
  CHECK(lines_of(change) == Lines{"-3", " 4", "-6"});
  CHECK(change.kept_arm == 0);
  CHECK(change.rule == "data-dependent-branch");
  CHECK_FALSE(diff.is_swapped);
  CHECK(diff.fates[5] == NodeFate::lost);  // the `If`, and what the other arm holds
  CHECK(std::ranges::count(diff.fates, NodeFate::lost) == 2);
  CHECK(diff.added.empty());
  CHECK(diff.counts.right_kept == 2);
}

TEST_CASE("what another call of the same line lost is counted, and marked") {
  std::string scripted(kScripted);
  std::string traced(kTraced);
  const std::string again = R"(
  %s2: tensor = aten::sum(%z, %none) @0
  %g2: tensor = aten::gt(%s2, %zero) @0
  %b2: bool = aten::Bool(%g2) @0
  %y2: tensor = prim::If(%b2) @0 {
    block():
      %p2: tensor = aten::relu(%z) @1
      return %p2
    block():
      %q2: tensor = aten::neg(%z) @2
      return %q2
  }
  return %y2)";
  scripted.replace(scripted.find("\n  return %z"), std::string::npos, again);
  traced.replace(traced.find("\n  return %2"), std::string::npos, "\n  %3: tensor = aten::relu(%2) @0\n  return %3");
  const GraphDiff diff = diff_of(scripted, traced);
  CHECK(changes_of(diff) == Lines{"branch 3: the data of `x` chooses the arm"});
  CHECK(diff.changes[0].repeats == 1);
  CHECK(std::ranges::count(diff.fates, NodeFate::lost) == 4);  // both `If`, and both arms that are gone
}

TEST_CASE("what an exporter writes as several operators is kept") {
  constexpr std::string_view kModule = R"(
format torchscript
location 0 "m.py" line 3 in "forward" scope "norm"
location 1 "m.py" line 4 in "forward" scope "act"
graph "forward" traced (%x: tensor):
  %1: tensor = aten::layer_norm(%x) @0
  %2: tensor = aten::relu(%1) @1
  %3: tensor = aten::tanh(%2) @1
  return %3)";
  constexpr std::string_view kExport = R"(
format onnx
location 0 scope "norm"
location 1 scope "act"
graph "main" exported (%x: tensor):
  %1: tensor = onnx::ReduceMean(%x) @0
  %2: tensor = onnx::Sub(%x, %1) @0
  %3: tensor = onnx::Relu(%2) @1
  %4: tensor = onnx::Sinh(%3) @1
  return %4)";
  const KeptCounts counts = diff_of(kModule, kExport).counts;
  CHECK(counts.left == 3);
  CHECK(counts.left_kept == 2);  // tanh could have a counterpart, and has none
  CHECK(counts.right == 4);
  CHECK(counts.right_kept == 3);
}

TEST_CASE("the scripted graph is the left one, wherever it is named") {
  const GraphDiff diff = diff_of(kTraced, kScripted);
  CHECK(diff.is_swapped);
  CHECK(changes_of(diff) == changes_of(kScripted, kTraced));
}

TEST_CASE("a loop says how many turns the trace holds") {
  const GraphDiff diff = diff_of(R"(
format torchscript
location 0 "m.py" line 3 column 5 in "forward"
location 1 "m.py" line 4 column 9 in "forward"
graph "forward" scripted (%x: tensor<f32>):
  %t: bool = prim::Constant[value=true]()
  %zero: int = prim::Constant[value=0]()
  %n: int = aten::size(%x, %zero) @0
  %r: tensor = prim::Loop(%n, %t, %x) @0 {
    block(%i: int, %c: tensor):
      %a: tensor = aten::relu(%c) @1
      return %t, %a
  }
  return %r)",
                                 R"(
format torchscript
location 0 "m.py" line 4 in "forward"
graph "forward" traced (%x: tensor<f32>):
  %1: tensor = aten::relu(%x) @0
  %2: tensor = aten::relu(%1) @0
  %3: tensor = aten::relu(%2) @0
  return %3)");
  REQUIRE(changes_of(diff) == Lines{"loop 3: the shape of `x` decides how often the loop turns"});
  CHECK(diff.changes[0].turns == 3);
  CHECK(lines_of(diff.changes[0]) == Lines{"-3", " 4"});
}

TEST_CASE("a number that was computed is a constant in the trace: its value, and where it came from") {
  const GraphDiff diff = diff_of(R"(
format torchscript
location 0 "m.py" line 3 column 5 in "forward"
location 1 "m.py" line 4 column 9 in "forward"
graph "forward" scripted (%x: tensor<f32>):
  %zero: int = prim::Constant[value=0]()
  %s: tensor = aten::max(%x) @0
  %n: int = aten::Int(%s) @0
  %y: tensor = aten::add(%x, %n, %zero) @1
  return %y)",
                                 R"(
format torchscript
location 0 "m.py" line 4 in "forward"
graph "forward" traced (%x: tensor<f32>):
  %zero: int = prim::Constant[value=0]()
  %n: int = prim::Constant[value=7]()
  %y: tensor = aten::add(%x, %n, %zero) @0
  return %y)");
  REQUIRE(changes_of(diff).size() == 1);
  const GraphChange& change = diff.changes[0];
  CHECK(change.kind == GraphChange::Kind::frozen);
  CHECK(change.right == "the constant 7, whatever the input");
  CHECK(change.left == "how the value follows from the data of `x`");
  CHECK(!change.trail.empty());
}

constexpr std::string_view kVersion = R"(
format onnx
location 0 scope "a"
location 1 scope "b"
graph "g" exported (%x: tensor<f32, n, 4>):
  %1 = onnx::Relu(%x) @0
  %2 = onnx::MaxPool[strides=[2, 2]](%1) @0
  %3 = onnx::Tanh(%2) @1
  %4 = onnx::Exp(%3) @1
  return %4)";

std::string replaced(std::string_view text, std::string_view what, std::string_view with) {
  std::string out(text);
  const std::size_t at = out.find(what);
  REQUIRE(at != std::string::npos);
  return out.replace(at, what.size(), with);
}

TEST_CASE("two versions: names do not count") {
  std::string renamed(kVersion);
  for (const std::string digit : {"1", "2", "3", "4"}) {
    for (std::size_t at = 0; (at = renamed.find("%" + digit, at)) != std::string::npos;) renamed.insert(at + 1, "v");
  }
  CHECK(changes_of(kVersion, renamed).empty());
  CHECK(changes_of(kVersion, kVersion).empty());
}

TEST_CASE("two versions: what came, went, or became another") {
  CHECK(changes_of(kVersion, replaced(kVersion, "[2, 2]", "[1, 2]")) ==
        Lines{"attribute 0: `onnx::MaxPool` has `strides` [1, 2], it was [2, 2]"});
  CHECK(changes_of(kVersion, replaced(kVersion, "onnx::Tanh", "onnx::Sigmoid")) ==
        Lines{"operator 0: `onnx::Tanh` became `onnx::Sigmoid`"});
  const std::string without = replaced(replaced(kVersion, "  %3 = onnx::Tanh(%2) @1\n", ""), "Exp(%3)", "Exp(%2)");
  CHECK(changes_of(kVersion, without) == Lines{"lost 0: `onnx::Tanh` is gone"});
  CHECK(changes_of(without, kVersion) == Lines{"added 0: `onnx::Tanh` is new"});
  CHECK(changes_of(kVersion, replaced(kVersion, "Tanh(%2)", "Tanh(%1)")) ==
        Lines{"wiring 0: `onnx::Tanh` takes the result of `onnx::Relu` for `operand 0`, it was the result of "
              "`onnx::MaxPool`"});
  CHECK(changes_of(kVersion, replaced(kVersion, "f32, n, 4", "f32, 1, 4")) ==
        Lines{"interface 0: input 0 `x` was tensor<f32, n, 4>, it is now tensor<f32, 1, 4>"});
}

TEST_CASE("two versions: copies and constants that a tool put in are no change") {
  CHECK(changes_of(kVersion, replaced(kVersion, "  %2 = onnx::MaxPool[strides=[2, 2]](%1)",
                                      "  %i = onnx::Identity(%1)\n  %2 = onnx::MaxPool[strides=[2, 2]](%i)"))
            .empty());
}

TEST_CASE("two traces: a loop that one unrolled more often than the other") {
  const auto unrolled = [](int turns) {
    std::string text =
        "format torchscript\nlocation 0 \"m.py\" line 4 in \"forward\"\nlocation 1 \"m.py\" line 5 in \"forward\"\n"
        "graph \"forward\" traced (%v0: tensor<f32>):\n";
    for (int i = 0; i < 2 * turns; i += 2) {
      const auto value = [&](int more) { return "%v" + std::to_string(i + more); };
      text += "  " + value(1) + ": tensor = aten::relu(" + value(0) + ") @0\n";
      text += "  " + value(2) + ": tensor = aten::exp(" + value(1) + ") @1\n";
    }
    return text + "  return %v" + std::to_string(2 * turns);
  };
  const GraphDiff diff = diff_of(unrolled(5), unrolled(3));
  CHECK(changes_of(diff) == Lines{"loop 4: the code runs 3 times, it was 5"});
  CHECK(diff.changes[0].turns == 3);
  CHECK(changes_of(unrolled(3), unrolled(5)) == Lines{"loop 4: the code runs 5 times, it was 3"});
}

TEST_CASE("two versions: a branch that is new is one change") {
  const std::string branch = R"(
format onnx
graph "g" exported (%x: tensor<f32, n, 4>, %c: tensor<bool>):
  %1 = onnx::Relu(%x)
  %2 = onnx::If(%c) {
    block():
      %3 = onnx::Exp(%1)
      return %3
    block():
      %4 = onnx::Tanh(%1)
      return %4
  }
  return %2)";
  const std::string straight = R"(
format onnx
graph "g" exported (%x: tensor<f32, n, 4>, %c: tensor<bool>):
  %1 = onnx::Relu(%x)
  %2 = onnx::Tanh(%1)
  return %2)";
  CHECK(changes_of(straight, branch) == Lines{"branch 0: the branch is new"});
  CHECK(changes_of(branch, straight) == Lines{"branch 0: the branch is gone"});
}

TEST_CASE("a module and its export are compared by the rules on the pair") {
  const GraphDiff diff = diff_of(R"(
format torchscript
location 0 "m.py" line 3 column 5 in "forward" scope ""
graph "forward" scripted (%x: tensor<f32>):
  %none: none = prim::Constant[value=none]()
  %zero: int = prim::Constant[value=0]()
  %s: tensor = aten::sum(%x, %none) @0
  %g: tensor = aten::gt(%s, %zero) @0
  %b: bool = aten::Bool(%g) @0
  %y: tensor = prim::If(%b) @0 {
    block():
      %p: tensor = aten::relu(%x) @0
      return %p
    block():
      %q: tensor = aten::neg(%x) @0
      return %q
  }
  return %y)",
                                 R"(
format onnx
location 0 scope ""
graph "main_graph" exported (%x: tensor<f32, n>):
  %1 = onnx::Relu(%x) @0
  return %1)");
  const Lines found = changes_of(diff);
  REQUIRE(found.size() == 1);
  CHECK(found[0].starts_with("branch 3: this branch is not in the export"));
  CHECK(diff.counts.right_kept == 1);
}

}  // namespace graphwitness
