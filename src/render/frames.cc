#include "render/frames.h"

#include <algorithm>
#include <cctype>
#include <string_view>
#include <utility>

#include "support/escape.h"

namespace graphwitness::picture {
namespace {

constexpr std::size_t kLongestTitle = 48;  // characters
constexpr std::string_view kTo = " … ";

/// The path of the nearest module around.
std::string_view path_around(const View& view, std::uint32_t frame) {
  for (; frame != kNowhere; frame = view.frames[frame].parent) {
    if (!view.frames[frame].path.empty()) return view.frames[frame].path;
  }
  return {};
}

/// `text` starts with a path; a number alone is no name.
std::string local_name(std::string_view text, std::string_view around) {
  if (around.empty() || !text.starts_with(around) || text.substr(around.size(), 1) != ".") return std::string(text);
  const std::string_view rest = text.substr(around.size() + 1);
  if (rest.empty() || std::isdigit(static_cast<unsigned char>(rest[0])) == 0) return std::string(rest);
  std::size_t start = around.size();  // of the name in front of the number
  do {
    const std::size_t dot = around.substr(0, start).rfind('.');
    start = dot == std::string_view::npos ? 0 : dot;
  } while (start > 0 && std::isdigit(static_cast<unsigned char>(around[start + 1])) != 0);
  return std::string(text.substr(start > 0 ? start + 1 : 0));
}

}  // namespace

void drop_frames(View& view, const std::vector<bool>& dropped) {
  std::vector<std::uint32_t> moved(view.frames.size(), kNowhere);
  std::vector<Frame> kept;
  for (std::size_t i = 0; i < view.frames.size(); ++i) {
    Frame& frame = view.frames[i];
    if (frame.parent != kNowhere) frame.parent = moved[frame.parent];
    moved[i] = dropped[i] ? frame.parent : static_cast<std::uint32_t>(kept.size());
    if (!dropped[i]) kept.push_back(std::move(frame));
  }
  for (Item& item : view.items) {
    if (item.frame != kNowhere) item.frame = moved[item.frame];
  }
  for (Arrow& arrow : view.arrows) {
    if (arrow.frame != kNowhere) arrow.frame = dropped[arrow.frame] ? kNowhere : moved[arrow.frame];
  }
  view.frames = std::move(kept);
}

void drop_outer_frames(View& view) {
  std::vector<std::uint32_t> boxes(view.frames.size(), 0);
  std::vector<std::uint32_t> inner(view.frames.size(), 0);
  std::vector<bool> is_single(view.frames.size(), false);
  for (const Item& item : view.items) {
    if (item.frame != kNowhere) ++boxes[item.frame];
  }
  for (const Frame& frame : view.frames) {
    if (frame.parent == kNowhere) continue;
    ++inner[frame.parent];
    is_single[frame.parent] = frame.kind == Frame::Kind::module;
  }
  std::vector<bool> dropped(view.frames.size(), false);
  for (std::size_t i = 0; i < dropped.size(); ++i) {
    dropped[i] = view.frames[i].kind == Frame::Kind::module && boxes[i] == 0 && inner[i] == 1 && is_single[i];
  }
  drop_frames(view, dropped);
}

std::string local_title(const View& view, const Item& item) {
  const std::string_view title = item.title;
  if (item.category != Category::module) return shortened(title, kLongestTitle);
  const std::string_view around = path_around(view, item.frame);
  const std::size_t to = title.find(kTo);
  if (item.repeats == 1 || to == std::string_view::npos) return shortened(local_name(title, around), kLongestTitle);
  std::string out = shortened(local_name(title.substr(0, to), around), kLongestTitle);
  return out.append(kTo).append(shortened(local_name(title.substr(to + kTo.size()), around), kLongestTitle));
}

void name_locally(View& view) {
  for (Item& item : view.items) {
    item.title = local_title(view, item);
    item.subtitle = shortened(local_name(item.subtitle, path_around(view, item.frame)), kLongestTitle);
  }
  for (std::size_t i = view.frames.size(); i-- > 0;) {
    Frame& frame = view.frames[i];
    if (!frame.path.empty())
      frame.label = shortened(local_name(frame.label, path_around(view, frame.parent)), kLongestTitle);
  }
}

}  // namespace graphwitness::picture
