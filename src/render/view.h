#pragma once
/// What a picture shows, before any drawing: boxes, frames around them, arrows between. Plain data with plain text.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "graphwitness/ir/graph.h"
#include "graphwitness/render/render.h"
#include "render/fold.h"
#include "render/operators.h"
#include "render/outline.h"

namespace graphwitness::picture {

/// A line of a box: what it says, and how.
struct Row {
  enum class Style : std::uint8_t { plain, faint, parameter, alarm, marked };
  std::string text{};
  Style style = Style::plain;
  Mark::Kind mark = Mark::Kind::none;  ///< of marked: whose sign and colour
};

struct Item {
  Category category = Category::compute;
  Mark::Kind mark = Mark::Kind::none;
  std::string title{};
  std::string subtitle{};  ///< beside the title: the class of a module, or a place
  std::vector<Row> rows{};
  std::string tooltip{};
  std::uint32_t frame = kNowhere;
  std::size_t folded = 0;   ///< entries of the outline that the box stands for; 0: it is what it shows
  std::size_t repeats = 1;  ///< equal modules, one after the other, that the box stands for
};

struct Frame {
  enum class Kind : std::uint8_t { function, module, block };
  Kind kind = Kind::module;
  std::uint32_t parent = kNowhere;
  std::string label{};
  std::string path{};  ///< of a module: what names in it start with
};

struct Arrow {
  Link::Kind kind = Link::Kind::data;
  Mark::Kind mark = Mark::Kind::none;
  std::uint32_t from = 0;  ///< items
  std::uint32_t to = 0;
  std::string label{};
  std::string tooltip{};
  std::uint32_t frame = kNowhere;  ///< of control: the frame it leads into
};

struct View {
  std::string title{};
  std::vector<Item> items;
  std::vector<Frame> frames;  ///< a frame stands after the one around it; each holds an item
  std::vector<Arrow> arrows;
  bool is_overlay = false;  ///< two graphs are compared
  /// What was folded or left out, one line each.
  std::vector<std::string> notes;
};

/// About how many points the arrows pass when each box stands one step below the boxes that it depends on: what the
/// time of a layout grows with, somewhat faster than linearly.
std::size_t layout_cost(const View& view);

/// How much stays open where the picture decides itself.
struct Detail {
  std::uint32_t pieces = kReadablePieces;
  std::uint32_t neighbours = 2;                ///< of what is marked
  std::uint32_t marked = RenderOptions::kAll;  ///< boxes in all, where what is marked stays open
  std::uint32_t radius = 3;                    ///< of a focus
};

/// Throws InputError when an option names what the graph does not have.
View make_view(const Graph& graph, const RenderOptions& options, const Detail& detail = {});

}  // namespace graphwitness::picture
