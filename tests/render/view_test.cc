#include "render/view.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "graphwitness/ir/builder.h"
#include "graphwitness/ir/text.h"
#include "graphwitness/support/error.h"

namespace graphwitness::picture {
namespace {

View view_of(std::string_view text, const RenderOptions& options = {}) {
  return make_view(read_ir(text).graph, options);
}

const Item* find(const View& view, std::string_view title) {
  const auto found = std::ranges::find(view.items, title, &Item::title);
  return found == view.items.end() ? nullptr : &*found;
}

std::string rows_of(const Item* item) {
  std::string out;
  for (const Row& row : item ? item->rows : std::vector<Row>{}) out += row.text + "\n";
  return out;
}

/// "input -> sum [f32[20]]" a line, in the picture's order.
std::string arrows_of(const View& view) {
  std::string out;
  for (const Arrow& arrow : view.arrows) {
    out += view.items[arrow.from].title + " -> " + view.items[arrow.to].title;
    if (!arrow.label.empty()) out += " [" + arrow.label + "]";
    out += "\n";
  }
  return out;
}

constexpr std::string_view kTwoArms = R"(
location 0 "my_module.py" line 11 in "forward" scope ""
tensor 0 "weight" tensor<f32, 10, 20> in "m.pt" at 128 bytes 800
module 0 "" path "" class "__torch__.MyModule" {
  parameter "weight": tensor<f32, 10, 20> = tensor 0
}
graph "forward" scripted self 0 (%self: object "__torch__.MyModule", %input: tensor<f32, 20>):
  %none = prim::Constant[value=none]()
  %zero: int = prim::Constant[value=0]()
  %one: int = prim::Constant[value=1]()
  %s: tensor<f32> = aten::sum(%input, %none)
  %g: tensor<bool> = aten::gt(%s, %zero)
  %b: bool = aten::Bool(%g)
  %z: tensor = prim::If(%b) @0 {
    block():
      %w1: tensor = prim::GetAttr[name="weight"](%self)
      %m: tensor<f32, 10> = aten::mv[overload=""](%w1, %input)
      return %m
    block():
      %w2: tensor = prim::GetAttr[name="weight"](%self)
      %a: tensor<f32, 10, 20> = aten::add(%w2, %input, %one)
      return %a
  }
  return %z
)";

TEST_CASE("parameters and constants are rows of their users") {
  const View view = view_of(kTwoArms);
  CHECK(find(view, "Constant") == nullptr);
  CHECK(find(view, "GetAttr") == nullptr);
  CHECK(find(view, "self") == nullptr);
  CHECK(rows_of(find(view, "mv")) == "weight  f32[10, 20]\n");
  CHECK(rows_of(find(view, "add")) == "weight  f32[10, 20]\nalpha=1\n");
  CHECK(rows_of(find(view, "gt")) == "0\n");
  CHECK(rows_of(find(view, "sum")) == "");
}

TEST_CASE("a branch is a head, a frame for each arm, and where they meet") {
  const View view = view_of(kTwoArms);
  REQUIRE(view.frames.size() == 2);
  CHECK(view.frames[0].label == "then · line 11");
  CHECK(view.frames[1].label == "else · line 11");
  CHECK(find(view, "mv")->frame == 0);
  CHECK(find(view, "add")->frame == 1);
  CHECK(arrows_of(view) ==
        "input -> sum [f32[20]]\ninput -> mv [f32[20]]\ninput -> add [f32[20]]\nsum -> gt [f32[]]\n"
        "gt -> Bool [bool[]]\nBool -> If [bool]\nIf -> mv\nIf -> add\nmv -> end of If [f32[10]]\n"
        "add -> end of If [f32[10, 20]]\nend of If -> z [tensor]\n");
}

TEST_CASE("an arm without operations shows what it returns") {
  const View view = view_of(R"(graph "f" scripted (%c: bool, %x: tensor):
  %two: float = prim::Constant[value=2.0]()
  %r, %s = prim::If(%c) {
    block(): return %x, %two
    block():
      %y: tensor = aten::neg(%x)
      return %y, %two
  }
  prim::If(%c) {
    block():
      prim::RaiseException(%c)
      return
    block(): return
  }
  return %r
)");
  CHECK(rows_of(find(view, "result")) == "2.0\n");
  CHECK(find(view, "nothing to do") != nullptr);
  CHECK(std::ranges::count(view.items, "result", &Item::title) == 2);  // both arms return the constant
  CHECK(std::ranges::count(view.items, "end of If", &Item::title) == 1);
}

TEST_CASE("a loop leads back to its head, and its parameters come from there") {
  const View view = view_of(R"(graph "f" scripted (%n: int, %x: tensor):
  %true: bool = prim::Constant[value=true]()
  %r: tensor = prim::Loop(%n, %true, %x) {
    block(%i: int, %h: tensor<f32, 4>):
      %y: tensor = aten::add(%h, %i)
      return %true, %y
  }
  return %r
)");
  CHECK(rows_of(find(view, "Loop")) == "");  // nothing is said of a condition that is always true
  CHECK(rows_of(find(view, "end of Loop")) == "");
  CHECK(arrows_of(view) ==
        "n -> Loop [int]\nx -> Loop [tensor]\nLoop -> add [i: int]\nLoop -> add [h: f32[4]]\n"
        "add -> end of Loop [tensor]\nend of Loop -> Loop\nend of Loop -> r [tensor]\n");
}

TEST_CASE("who uses a list uses what was put into it") {
  const View view = view_of(R"(graph "f" scripted (%n: int, %x: tensor):
  %true: bool = prim::Constant[value=true]()
  %zero: int = prim::Constant[value=0]()
  %l: list<tensor> = prim::ListConstruct()
  prim::Loop(%n, %true) {
    block(%i: int):
      %y: tensor = aten::add(%x, %i)
      %l2: list<tensor> = aten::append(%l, %y)
      return %true
  }
  %r: tensor = aten::stack(%l, %zero)
  return %r
)");
  CHECK(rows_of(find(view, "stack")) == "0\n");
  CHECK(arrows_of(view).find("append -> end of Loop\n") != std::string::npos);  // the body hands nothing else on
  CHECK(arrows_of(view).find("ListConstruct -> append [list<tensor>]\n") != std::string::npos);
  CHECK(arrows_of(view).find("end of Loop -> stack [list<tensor>]\n") != std::string::npos);
  CHECK(arrows_of(view).find("ListConstruct -> stack") == std::string::npos);
}

TEST_CASE("modules are frames, and a module of one operation stands beside its title") {
  const View view = view_of(R"(
location 0 scope "layer.conv"
location 1 scope "layer"
location 2
module 0 "layer" path "layer" class "__torch__.net.Block" {
}
graph "f" traced (%x):
  %a = aten::conv2d(%x) @0
  %b = aten::relu(%a) @1
  %c = aten::tanh(%b) @2
  %d = aten::neg(%c) @1
  %e = aten::abs(%d) @2
  return %e
)");
  REQUIRE(view.frames.size() == 1);
  CHECK(view.frames[0].label == "layer · Block");
  CHECK(find(view, "conv2d")->subtitle == "layer.conv");
  CHECK(find(view, "tanh")->frame == 0);        // between two operations of `layer`
  CHECK(find(view, "abs")->frame == kNowhere);  // after the last one: nobody knows
}

TEST_CASE("a module that is called twice is two frames") {
  const View view = view_of(R"(
location 0 scope "a"
location 1 scope "b"
graph "f" traced (%x):
  %a = aten::relu(%x) @0
  %b = aten::relu(%a) @0
  %c = aten::relu(%b) @1
  %d = aten::relu(%c) @1
  %e = aten::relu(%d) @0
  %f = aten::relu(%e) @0
  return %f
)");
  REQUIRE(view.frames.size() == 3);
  CHECK(view.frames[2].label == "a");
}

TEST_CASE("the module of a caller is that of the operation") {
  const View view = view_of(R"(
location 0 "c.py" scope "m"
location 1 "d.py" from 0
graph "f" traced (%x):
  %a = aten::relu(%x) @0
  %b = aten::relu(%a) @1
  return %b
)");
  REQUIRE(view.frames.size() == 1);
  CHECK(view.frames[0].label == "m");
}

TEST_CASE("callers that go in a circle are of no module") {
  GraphBuilder builder;
  const LocationId first = builder.location({.line = 1, .caller = LocationId{1}});
  const LocationId second = builder.location({.line = 2, .caller = LocationId{0}});
  const BlockId body = builder.body(builder.add_function("f", Function::Origin::traced));
  for (const LocationId location : {first, second}) builder.add_node(body, "a::a", {}, {}, location);
  const View view = make_view(std::move(builder).build(), {});
  CHECK(view.items.size() == 2);
  CHECK(view.frames.empty());
}

TEST_CASE("a value that nothing defines is drawn, once") {
  const View view = view_of("graph(%x):\n  %y = a::a(%nowhere, %x)\n  %z = a::b(%nowhere)\n  return %y, %z");
  const Item* item = find(view, "nowhere");
  REQUIRE(item);
  CHECK(item->category == Category::unresolved);
  CHECK(rows_of(item) == "produced by no node\n");
  CHECK(std::ranges::count(view.items, "nowhere", &Item::title) == 1);
}

TEST_CASE("marks colour nodes, inputs and the arrows between them") {
  const RenderOptions options{.marks = {{.node = NodeId{6}, .message = "one arm is kept"},
                                        {.kind = Mark::Kind::trail, .node = NodeId{6}, .message = "chooses the arm"},
                                        {.kind = Mark::Kind::trail, .node = NodeId{5}},
                                        {.kind = Mark::Kind::trail, .node = NodeId{4}},
                                        {.kind = Mark::Kind::trail, .node = NodeId{3}},
                                        {.kind = Mark::Kind::trail, .value = ValueId{1}}}};
  const View view = view_of(kTwoArms, options);
  CHECK(find(view, "If")->mark == Mark::Kind::error);
  CHECK(rows_of(find(view, "If")) == "one arm is kept\n");
  CHECK(find(view, "If")->subtitle == "my_module.py:11");
  CHECK(find(view, "input")->mark == Mark::Kind::trail);
  for (const Arrow& arrow : view.arrows) {
    const bool on_trail = view.items[arrow.to].mark != Mark::Kind::none && arrow.kind == Link::Kind::data;
    CHECK((arrow.mark == Mark::Kind::trail) == on_trail);
  }
}

TEST_CASE("a marked constant is a box of its own") {
  const View view = view_of(kTwoArms, {.marks = {{.node = NodeId{1}}}});
  REQUIRE(find(view, "Constant"));
  CHECK(find(view, "Constant")->mark == Mark::Kind::error);
}

TEST_CASE("graphs with next to nothing") {
  CHECK(view_of("").notes == std::vector<std::string>{"the model has no function or graph to draw"});
  CHECK(view_of("graph \"f\" unknown ():\n  return").items.empty());
  CHECK(view_of("graph \"f\" unknown (%a, %b):\n  return").items.size() == 2);
  const View one = view_of("graph \"f\" unknown ():\n  a::a()\n  return");
  REQUIRE(one.items.size() == 1);
  CHECK(one.items[0].title == "a::a");
}

TEST_CASE("functions are chosen by name, by marks, or as the first; the others are named") {
  constexpr std::string_view kText = R"(
graph "encode" scripted (%x):
  %y = aten::relu(%x)
  return %y
graph "forward" scripted (%x):
  %y = aten::tanh(%x)
  return %y
)";
  const View main = view_of(kText);
  CHECK(main.title == "forward (scripted)");
  CHECK(find(main, "tanh"));
  CHECK_FALSE(find(main, "relu"));
  CHECK(main.notes == std::vector<std::string>{"not drawn: `encode`"});
  CHECK(find(view_of(kText, {.function = "encode"}), "relu"));
  const View both = view_of(kText, {.marks = {{.node = NodeId{0}}}});
  CHECK(find(both, "tanh"));
  CHECK(find(both, "relu"));
  CHECK(both.frames.size() == 2);
  CHECK_THROWS_WITH_AS(view_of(kText, {.function = "decode"}),
                       "no function `decode` in the model; it has `encode`, `forward`", InputError);
}

TEST_CASE("a focus shows a neighbourhood and counts what it left out") {
  std::string text = "graph \"f\" unknown (%x):\n  %v0 = a::op0(%x)\n";
  for (int i = 1; i < 20; ++i) {
    text += "  %v" + std::to_string(i) + " = a::op" + std::to_string(i) + "(%v" + std::to_string(i - 1) + ")\n";
  }
  const View view = view_of(text + "  return %v19", {.focus = {NodeId{10}}, .radius = 2});
  CHECK(view.items.size() == 7);
  CHECK(arrows_of(view).ends_with("… 1 source -> a::op8\na::op12 -> … 1 use\n"));
  CHECK(view.notes == std::vector<std::string>{"shows 5 of 20 operations: at most 2 arrows from the focus"});
}

TEST_CASE("a path shows what is on the way from one place to another") {
  constexpr std::string_view kText = R"(graph "f" unknown (%x):
  %a = a::a(%x)
  %b = a::b(%a)
  %c = a::c(%a)
  %d = a::d(%c)
  %e = a::e(%d, %b)
  return %e)";
  const View view = view_of(kText, {.path_from = {NodeId{2}}, .path_to = {NodeId{4}}});
  CHECK(arrows_of(view) == "a::c -> a::d\na::d -> a::e\n… 1 source -> a::c\n… 1 source -> a::e\na::e -> … 1 use\n");
  CHECK(view.notes == std::vector<std::string>{"shows 3 of 5 operations: on the way from the one to the other"});
  CHECK_THROWS_WITH_AS(view_of(kText, {.path_from = {NodeId{1}}, .path_to = {NodeId{3}}}),
                       "no path leads from the one to the other", InputError);
}

TEST_CASE("against another graph: what has no mark is folded, what only the other has is added") {
  const Graph left = read_ir(R"(graph "f" unknown (%x):
  %a = a::a(%x)
  %b = a::b(%a)
  %c = a::c(%b)
  %d = a::d(%c)
  %e = a::e(%d)
  %f = a::f(%e)
  return %f)")
                         .graph;
  const Graph right = read_ir(R"(graph "f" unknown (%x):
  %a = a::a(%x)
  %b = a::b(%a)
  %c = a::c(%b)
  %d = a::d(%c)
  %n = a::n(%d)
  %f = a::f(%n)
  return %f)")
                          .graph;
  RenderOptions options;
  options.marks = {{.kind = Mark::Kind::lost, .node = NodeId{4}, .value = {}, .message = "`a::e` is gone"}};
  options.overlay = {.other = &right,
                     .counterparts = {NodeId{0}, NodeId{1}, NodeId{2}, NodeId{3}, NodeId{}, NodeId{5}},
                     .added = {NodeId{4}}};
  const View view = make_view(left, options);
  CHECK(arrows_of(view) ==
        "x -> 3 operations\n3 operations -> a::d\na::d -> a::e\na::e -> a::f\na::f -> f\na::d -> a::n\n"
        "a::n -> a::f\n");
  CHECK(find(view, "a::e")->mark == Mark::Kind::lost);
  CHECK(find(view, "a::n")->mark == Mark::Kind::added);
  CHECK(rows_of(find(view, "a::n")) == "added\n");
  CHECK(view.is_overlay);
}

TEST_CASE("long labels are cut, and say so") {
  const std::string name(500, 'n');
  const View view = view_of("graph \"f\" unknown (%" + name + "):\n  return %" + name);
  CHECK(view.items[0].title.size() < 60);
  CHECK(view.items[0].title.ends_with("…"));
}

TEST_CASE("weights shared by copies are named in their users") {
  const View view = view_of(R"(format onnx
tensor 0 "w" tensor<f32, 8> in "m.onnx" at 0 bytes 32
constant %w: tensor<f32, 8> = tensor 0
graph "f" exported (%x):
  %copy = onnx::Identity(%w)
  %y = onnx::Add(%x, %copy)
  return %y
)");
  CHECK_FALSE(find(view, "Identity"));
  CHECK(rows_of(find(view, "Add")) == "w  f32[8]\n");
}

}  // namespace
}  // namespace graphwitness::picture
