#include "graphwitness/render/render.h"

#include <array>

#include "render/columns.h"
#include "render/compact.h"
#include "render/draw.h"
#include "render/frames.h"
#include "render/view.h"

namespace graphwitness {
namespace {

using picture::Detail;
using picture::Extent;
using picture::View;

/// 1600 by 1000 pixels, less the heading, and what boxes of different heights beside each other need.
constexpr Extent kScreen{.width = 1240, .height = 640};
constexpr std::array kDetails{
    Detail{},
    Detail{.pieces = 38, .neighbours = 1, .marked = 75, .radius = 2},
    Detail{.pieces = 32, .neighbours = 1, .marked = 55, .radius = 2},
    Detail{.pieces = 26, .neighbours = 0, .marked = 40, .radius = 1},
    Detail{.pieces = 20, .neighbours = 0, .marked = 30, .radius = 1},
};

View arranged(const Graph& graph, const RenderOptions& options, const Detail& detail, Extent& extent) {
  View view = picture::make_view(graph, options, detail);
  picture::compact(view);
  extent = picture::break_into_columns(view, options.max_nodes == 0 ? kMostLaidOut : options.max_nodes);
  picture::drop_outer_frames(view);
  picture::name_locally(view);
  return view;
}

/// With as much detail as fits a screen, unless the options say what to draw.
View view_for_screen(const Graph& graph, const RenderOptions& options) {
  const bool is_focused = !options.focus.empty() || !options.path_from.empty();
  const bool is_free = options.depth == RenderOptions::kReadable && options.max_nodes > 0 &&
                       (!is_focused || options.radius == RenderOptions::kReadable);
  Extent extent;
  View view = arranged(graph, options, kDetails[0], extent);
  for (std::size_t i = 1; i < kDetails.size() && is_free; ++i) {
    if (extent.width <= kScreen.width && extent.height <= kScreen.height) break;
    view = arranged(graph, options, kDetails[i], extent);
  }
  return view;
}

}  // namespace

Picture render(const Graph& graph, const RenderOptions& options) {
  const View view = view_for_screen(graph, options);
  Picture picture{.bytes = {}, .remarks = view.notes};
  picture.bytes = picture::draw(view, options.format, picture.remarks);
  return picture;
}

}  // namespace graphwitness
