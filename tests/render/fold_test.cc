#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>

#include "graphwitness/ir/text.h"
#include "graphwitness/support/error.h"
#include "render/view.h"

namespace graphwitness::picture {
namespace {

/// `layers` modules "layers.I" of `size` operations each.
std::string layered(int layers, int size) {
  std::string text;
  for (int i = 0; i < layers; ++i) {
    text += "location " + std::to_string(i) + " scope \"layers." + std::to_string(i) + "\"\n";
  }
  text += "graph \"forward\" traced (%v0: tensor<f32, 4>):\n";
  for (int i = 0; i < layers * size; ++i) {
    text += "  %v" + std::to_string(i + 1) + ": tensor<f32, 4> = aten::relu(%v" + std::to_string(i) + ") @" +
            std::to_string(i / size) + "\n";
  }
  return text + "  return %v" + std::to_string(layers * size) + "\n";
}

std::string chain(int nodes) {
  std::string text = "graph \"f\" exported (%v0: tensor<f32, 4>):\n";
  for (int i = 0; i < nodes; ++i) {
    text += "  %v" + std::to_string(i + 1) + " = onnx::Relu(%v" + std::to_string(i) + ")\n";
  }
  return text + "  return %v" + std::to_string(nodes) + "\n";
}

std::size_t folded_boxes(const View& view) {
  return static_cast<std::size_t>(std::ranges::count_if(view.items, [](const Item& item) { return item.folded > 0; }));
}

/// Arrows of data lead down: folding made no circle.
void check_order(const View& view) {
  for (const Arrow& arrow : view.arrows) {
    if (arrow.kind != Link::Kind::back) CHECK(arrow.from < arrow.to);
  }
}

TEST_CASE("modules are folded before anything else, alike ones together") {
  const View view = make_view(read_ir(layered(12, 40)).graph, {.depth = RenderOptions::kAll});
  CHECK(folded_boxes(view) == 12);
  CHECK(view.items.size() == 14);
  CHECK(view.items[1].title == "layers.0");
  REQUIRE(view.notes.size() == 1);
  CHECK(view.notes[0] ==
        "folded 12 modules (480 operations) to one box each: `layers.0`, `layers.1`, `layers.2`, `layers.3`, "
        "`layers.4`, `layers.5` and 6 more");
  check_order(view);
}

TEST_CASE("instances of one class are folded together, whatever the archive calls their classes") {
  std::string text;
  for (int i = 0; i < 6; ++i) {
    text += "module " + std::to_string(i) + " \"" + std::to_string(i) + "\" path \"layers." + std::to_string(i) +
            "\" class \"__torch__.___torch_mangle_" + std::to_string(i) + ".Layer\" {\n}\n";
  }
  const View view = make_view(read_ir(text + layered(6, 30)).graph, {.depth = RenderOptions::kAll});
  CHECK(folded_boxes(view) == 6);  // folding two would have been enough
}

TEST_CASE("the default depth is the deepest that is read at a glance, and says something") {
  const auto nested = [](const std::string& around) {
    std::string text;
    for (int i = 0; i < 80; ++i) {
      const std::string module = around + "m" + std::to_string(i / 10) + ".s" + std::to_string(i % 10);
      text += "location " + std::to_string(i) + " scope \"" + module + "\"\n";
    }
    text += "graph \"forward\" traced (%v0: tensor<f32, 4>):\n";
    for (int i = 0; i < 240; ++i) {
      text += "  %v" + std::to_string(i + 1) + ": tensor<f32, 4> = a::op" + std::to_string(i) + "(%v" +
              std::to_string(i) + ") @" + std::to_string(i / 3) + "\n";
    }
    return read_ir(text + "  return %v240\n").graph;
  };
  CHECK(make_view(nested(""), {}).items.size() == 10);
  CHECK(make_view(nested("model."), {}).items.size() == 10);  // not one box `model`
  CHECK(make_view(nested(""), {.depth = 1}).items.size() == 82);
}

TEST_CASE("equal modules in a row are one box, which says how many") {
  const View view = make_view(read_ir(layered(12, 40)).graph, {});
  REQUIRE(view.items.size() == 3);
  CHECK(view.items[1].title == "layers.0 … layers.11  ×12");
  CHECK(view.items[1].repeats == 12);
  CHECK(view.items[1].rows[0].text == "40 operations each, 480 in all");
  CHECK(view.notes == std::vector<std::string>{"folded 12 modules to one box for equal ones"});
  check_order(view);
}

TEST_CASE("a module that differs by a constant, or holds a mark, stands by itself") {
  std::string text = layered(9, 10);
  text.replace(text.find("aten::relu(%v40)"), 10, "aten::tanh");
  const Graph graph = read_ir(text).graph;
  const auto titles = [&](const RenderOptions& options) {
    std::string out;
    for (const Item& item : make_view(graph, options).items) {
      if (item.folded > 0) out += item.title + "\n";
    }
    return out;
  };
  CHECK(titles({}) == "layers.0 … layers.3  ×4\nlayers.4\nlayers.5 … layers.8  ×4\n");
  CHECK(titles({.marks = {{.kind = Mark::Kind::note, .node = NodeId{65}}}}) ==
        "layers.0 … layers.3  ×4\nlayers.4\nlayers.5\nlayers.7 … layers.8  ×2\n");
}

TEST_CASE("what was found stays open in a large graph, and what is around it is folded") {
  const View view =
      make_view(read_ir(layered(12, 40)).graph, {.marks = {{.node = NodeId{100}, .value = {}, .message = "here"},
                                                           {.kind = Mark::Kind::trail, .node = NodeId{99}}}});
  CHECK(view.items.size() == 9);  // input, modules, operations, 99 to 101, operations, modules, output
  CHECK(std::ranges::count(view.items, Mark::Kind::error, &Item::mark) == 1);
  CHECK(std::ranges::count(view.items, Mark::Kind::trail, &Item::mark) == 1);
  CHECK(folded_boxes(view) == 4);
}

TEST_CASE("what fits is not folded") {
  const View view = make_view(read_ir(layered(3, 14)).graph, {});
  CHECK(folded_boxes(view) == 0);
  CHECK(view.notes.empty());
}

TEST_CASE("no limit folds nothing") {
  const View view = make_view(read_ir(layered(12, 40)).graph, {.max_nodes = 0});
  CHECK(view.items.size() == 482);
}

TEST_CASE("every limit is kept") {
  for (const std::string& text : {layered(12, 40), layered(300, 2), chain(1000), layered(1, 500)}) {
    const Graph graph = read_ir(text).graph;
    for (const std::uint32_t limit : {8U, 9U, 20U, 77U, 150U}) {
      const View view = make_view(graph, {.max_nodes = limit});
      CHECK(view.items.size() <= limit);
      CHECK_FALSE(view.notes.empty());
      check_order(view);
    }
  }
}

TEST_CASE("more modules than fit are joined, not hidden in the one around them") {
  const View view = make_view(read_ir(layered(300, 2)).graph, {});
  CHECK(view.items.size() > 100);
}

TEST_CASE("inputs, outputs and undefined values are folded, too") {
  std::string text = "graph \"f\" exported (";
  for (int i = 0; i < 400; ++i) text += (i > 0 ? ", %i" : "%i") + std::to_string(i);
  text += "):\n  %y = a::a(%u0";
  for (int i = 1; i < 400; ++i) text += ", %u" + std::to_string(i);
  text += ")\n  return %y";
  for (int i = 0; i < 400; ++i) text += ", %i" + std::to_string(i);
  const View view = make_view(read_ir(text).graph, {.max_nodes = 20});
  CHECK(view.items.size() <= 20);
  CHECK(std::ranges::any_of(view.items, [](const Item& item) { return item.title.ends_with(" inputs"); }));
}

TEST_CASE("depth folds modules below it") {
  constexpr std::string_view kText = R"(
location 0 scope "a.b"
location 1 scope "a"
graph "f" traced (%x):
  %1 = aten::relu(%x) @0
  %2 = aten::tanh(%1) @0
  %3 = aten::relu(%2) @1
  return %3
)";
  const Graph graph = read_ir(kText).graph;
  CHECK(make_view(graph, {}).items.size() == 5);
  CHECK(make_view(graph, {.depth = 1}).items.size() == 4);
  CHECK(make_view(graph, {.depth = 0}).items.size() == 3);
}

TEST_CASE("what is marked stays open while there is room") {
  const View view = make_view(read_ir(layered(12, 40)).graph,
                              {.depth = RenderOptions::kAll, .marks = {{.node = NodeId{100}, .message = "here"}}});
  CHECK(folded_boxes(view) == 11);  // all but layers.2
  CHECK(std::ranges::count(view.items, Mark::Kind::error, &Item::mark) == 1);
  CHECK(view.items.size() + 2 <= 150);
}

TEST_CASE("a folded box says that it holds what is flagged") {
  const Graph graph = read_ir(layered(1, 500)).graph;
  for (const RenderOptions& options : {RenderOptions{.depth = 0, .marks = {{.node = NodeId{7}}, {.node = NodeId{9}}}},
                                       RenderOptions{.max_nodes = 8, .marks = {{.node = NodeId{7}}}}}) {
    const View view = make_view(graph, options);
    const auto marked = std::ranges::find(view.items, Mark::Kind::error, &Item::mark);
    REQUIRE(marked != view.items.end());
    if (marked->folded == 0) continue;
    CHECK(marked->rows.back().text ==
          "holds " + std::to_string(options.marks.size()) + (options.marks.size() == 1 ? " error" : " errors"));
    CHECK(marked->rows.back().mark == Mark::Kind::error);
  }
}

TEST_CASE("hundreds of marks do not break the limit") {
  RenderOptions options{.max_nodes = 50};
  for (std::uint32_t node = 0; node < 480; node += 2) options.marks.push_back({.node = NodeId{node}});
  const View view = make_view(read_ir(layered(12, 40)).graph, options);
  CHECK(view.items.size() + 2 <= 50);
  CHECK(std::ranges::any_of(view.items, [](const Item& item) { return item.mark == Mark::Kind::error; }));
}

TEST_CASE("arrows between folded boxes are one, with the number of values") {
  const View view = make_view(read_ir(R"(
location 0 scope "a"
location 1 scope "b"
graph "f" traced (%x):
  %p, %q, %r = aten::split(%x) @0
  %s = aten::neg(%p) @0
  %t = aten::cat(%q, %r, %r, %s) @1
  %u = aten::relu(%t) @1
  return %u
)")
                                  .graph,
                              {.depth = 0});
  REQUIRE(view.items.size() == 4);
  REQUIRE(view.arrows.size() == 3);
  CHECK(view.arrows[1].label == "3 values");
}

TEST_CASE("blocks nested without end are one box, and nothing recurses over them") {
  constexpr int kDepth = 30'000;
  std::string text = "graph \"g\" scripted (%c: bool, %x: tensor):\n";
  for (int i = 0; i < kDepth; ++i) text += "%r" + std::to_string(i) + " = prim::If(%c) { block():\n";
  text += "%y = aten::relu(%x) return %y\n";
  for (int i = kDepth; i-- > 0;) text += "block(): return %x } return %r" + std::to_string(i) + "\n";
  const View view = make_view(read_ir(text).graph, {.max_nodes = 0});
  CHECK(folded_boxes(view) == 1);
  CHECK(view.frames.size() <= 48);
  CHECK(view.notes == std::vector<std::string>{"folded 1 branch or loop to one box"});
}

TEST_CASE("a module path without end makes no frames without end") {
  std::string path = "a";
  for (int i = 0; i < 20'000; ++i) path += ".a";
  const View view = make_view(read_ir("location 0 scope \"" + path +
                                      "\"\ngraph \"f\" traced (%x):\n  %y = aten::relu(%x) @0\n"
                                      "  %z = aten::relu(%y) @0\n  return %z")
                                  .graph,
                              {});
  CHECK(view.frames.size() < 30);
}

TEST_CASE("a chain of 100,000 operations") {
  const Graph graph = read_ir(chain(100'000)).graph;
  CHECK(make_view(graph, {.max_nodes = 0}).items.size() == 100'002);
  CHECK(make_view(graph, {}).items.size() <= 150);
}

TEST_CASE("arrows that nobody could follow make the picture smaller") {
  std::mt19937 random(1);
  std::string text = "graph \"f\" exported (%v0):\n";
  for (unsigned i = 0; i < 1000; ++i) {
    const auto operand = [&] { return "%v" + std::to_string(random() % (i + 1)); };
    const std::string first = operand();
    text += "  %v" + std::to_string(i + 1) + " = onnx::Add(" + first + ", " + operand() + ")\n";
  }
  const View view = make_view(read_ir(text + "  return %v1000").graph, {});
  CHECK(layout_cost(view) <= 150 * 12);
  CHECK(view.notes.back().starts_with("folded to fewer than 150 boxes"));
}

TEST_CASE("a limit that nothing fits in is refused") {
  CHECK_THROWS_AS(make_view(read_ir(chain(3)).graph, {.max_nodes = 7}), InputError);
}

}  // namespace
}  // namespace graphwitness::picture
