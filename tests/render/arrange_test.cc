#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "graphwitness/ir/text.h"
#include "render/columns.h"
#include "render/compact.h"
#include "render/frames.h"
#include "render/view.h"

namespace graphwitness::picture {
namespace {

View whole_view(std::string_view text) { return make_view(read_ir(text).graph, {.max_nodes = 0}); }

/// `count` operations, one after the other, each with a skip over the next when `skips`.
std::string chain_text(int count) {
  std::string text = "graph \"f\" exported (%v0):\n";
  for (int i = 0; i < count; ++i) {
    text += "  %v" + std::to_string(i + 1) + " = a::op" + std::to_string(i) + "(%v" + std::to_string(i) + ")\n";
  }
  return text + "  return %v" + std::to_string(count) + "\n";
}

std::size_t jumps(const View& view) {
  return static_cast<std::size_t>(std::ranges::count(view.items, Category::jump, &Item::category));
}

std::string titles(const View& view) {
  std::string out;
  for (const Item& item : view.items) out += item.title + "\n";
  return out;
}

TEST_CASE("what fits a screen is one column") {
  View view = whole_view(chain_text(10));
  const Extent extent = break_into_columns(view, 150);
  CHECK(jumps(view) == 0);
  CHECK(extent.height > 300);
  CHECK(extent.height < 600);
}

TEST_CASE("a long chain becomes columns, with the same letter where it is cut") {
  View view = whole_view(chain_text(40));
  const std::size_t items = view.items.size();
  const std::size_t arrows = view.arrows.size();
  const Extent extent = break_into_columns(view, 150);
  CHECK(jumps(view) >= 4);
  CHECK(jumps(view) % 2 == 0);
  CHECK(view.items.size() == items + jumps(view));
  CHECK(view.arrows.size() == arrows + jumps(view) / 2);
  CHECK(extent.height < 700);
  const std::string all = titles(view);
  const std::size_t leaves = all.find("A → a::op");
  REQUIRE(leaves != std::string::npos);
  const std::string next = all.substr(leaves + 6, all.find('\n', leaves) - leaves - 6);
  CHECK(all.find("A ← a::op") > leaves);
  CHECK(all.find("A ← a::op") < all.find("\n" + next + "\n"));  // stands above what it leads to
}

TEST_CASE("no more boxes are made than are allowed, and branches and loops are not cut") {
  View full = whole_view(chain_text(40));
  break_into_columns(full, full.items.size());
  CHECK(jumps(full) == 0);
  std::string text = "graph \"f\" scripted (%c: bool, %v0: tensor):\n  %r: tensor = prim::If(%c) {\n    block():\n";
  for (int i = 0; i < 40; ++i) {
    text += "      %v" + std::to_string(i + 1) + ": tensor = aten::relu(%v" + std::to_string(i) + ")\n";
  }
  View branch = whole_view(text + "      return %v40\n    block(): return %v0\n  }\n  return %r\n");
  break_into_columns(branch, 150);
  CHECK(jumps(branch) == 0);
}

TEST_CASE("a frame that is cut goes on in the next column") {
  std::string text = "location 0 scope \"features\"\ngraph \"f\" traced (%v0):\n";
  for (int i = 0; i < 40; ++i) {
    text += "  %v" + std::to_string(i + 1) + " = a::op(%v" + std::to_string(i) + ") @0\n";
  }
  View view = whole_view(text + "  return %v40\n");
  REQUIRE(view.frames.size() == 1);
  break_into_columns(view, 150);
  REQUIRE(view.frames.size() >= 2);
  CHECK(view.frames[0].label == "features");
  CHECK(view.frames[1].label == "features (goes on)");
}

TEST_CASE("a type that all arrows of a box carry is said in the box; types that say nothing are not said") {
  View view = whole_view(R"(graph "f" traced (%x: tensor<f32, 4>):
  %a: tensor<f32, 8> = aten::relu(%x)
  %b: tensor = aten::tanh(%a)
  %c: tensor = aten::neg(%a)
  return %b, %c
)");
  compact(view);
  CHECK(std::ranges::all_of(view.arrows, [](const Arrow& arrow) { return arrow.label.empty(); }));
  const Item& relu = *std::ranges::find(view.items, "relu", &Item::title);
  REQUIRE(relu.rows.size() == 1);
  CHECK(relu.rows[0].text == "→ f32[8]");
  CHECK(std::ranges::find(view.items, "tanh", &Item::title)->rows.empty());
}

TEST_CASE("an arm that only hands on is a box without a frame, one that does nothing is not drawn") {
  View view = whole_view(R"(graph "f" scripted (%c: bool, %x: tensor):
  %r: tensor = prim::If(%c) {
    block():
      %y: tensor = aten::neg(%x)
      return %y
    block(): return %x
  }
  prim::If(%c) {
    block():
      prim::RaiseException(%c)
      return
    block(): return
  }
  return %r
)");
  REQUIRE(view.frames.size() == 4);
  compact(view);
  REQUIRE(view.frames.size() == 2);
  CHECK(view.frames[0].label == "then");
  CHECK(titles(view).find("else: result\n") != std::string::npos);
  CHECK(titles(view).find("nothing to do") == std::string::npos);
  for (const Arrow& arrow : view.arrows) CHECK(arrow.to < view.items.size());
}

TEST_CASE("frames around one frame go, and names inside of a frame are short") {
  View view = whole_view(R"(
location 0 scope "a.b.block.0"
location 1 scope "a.b.conv"
graph "f" traced (%x):
  %1 = aten::relu(%x) @0
  %2 = aten::tanh(%1) @1
  return %2
)");
  REQUIRE(view.frames.size() == 2);
  drop_outer_frames(view);
  REQUIRE(view.frames.size() == 1);
  name_locally(view);
  CHECK(view.frames[0].label == "a.b");
  CHECK(std::ranges::find(view.items, "relu", &Item::title)->subtitle == "block.0");
  CHECK(std::ranges::find(view.items, "tanh", &Item::title)->subtitle == "conv");
}

TEST_CASE("a number alone is no name") {
  View view;
  view.frames.push_back({.label = "features.2.0", .path = "features.2.0"});
  view.items.push_back({.category = Category::module, .title = "features.2.0.1", .frame = 0});
  view.items.push_back(
      {.category = Category::module, .title = "features.2.0.1 … features.2.0.3  ×3", .frame = 0, .repeats = 3});
  name_locally(view);
  CHECK(view.items[0].title == "features.2.0.1");
  CHECK(view.items[1].title == "features.2.0.1 … features.2.0.3  ×3");
  view.frames[0].path = "net.block.2";
  view.items[0].title = "net.block.2.0";
  name_locally(view);
  CHECK(view.items[0].title == "block.2.0");
}

}  // namespace
}  // namespace graphwitness::picture
