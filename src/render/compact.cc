#include "render/compact.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "render/frames.h"

namespace graphwitness::picture {
namespace {

/// "f32[1, 64]", "(tensor, int)", "i: int" and "3 values", but not "tensor", "bool" or "list<int>": those say little.
bool is_telling(std::string_view label) { return label.find_first_of("[(: ") != std::string_view::npos; }

/// How many values, and what a parameter of a block is called, belongs at the arrow.
bool belongs_in_box(std::string_view label) { return label.find_first_of("[(") != std::string_view::npos; }

bool is_value(const Item& item) {
  return item.category == Category::input || item.category == Category::output || item.category == Category::unresolved;
}

/// The label that all arrows of data from each item have; "" when they differ, or one has none.
std::vector<std::string> common_labels(const View& view) {
  std::vector<std::string> labels(view.items.size());
  std::vector<bool> differ(view.items.size(), false);
  for (const Arrow& arrow : view.arrows) {
    if (arrow.kind != Link::Kind::data || arrow.mark == Mark::Kind::added) continue;
    std::string& label = labels[arrow.from];
    if (label.empty()) label = arrow.label;
    if (label != arrow.label) differ[arrow.from] = true;
  }
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (differ[i]) labels[i].clear();
  }
  return labels;
}

void move_labels(View& view) {
  const std::vector<std::string> common = common_labels(view);
  for (std::size_t i = 0; i < view.items.size(); ++i) {
    Item& item = view.items[i];
    if (!belongs_in_box(common[i]) || is_value(item)) continue;
    item.rows.push_back({"→ " + common[i], Row::Style::faint});
  }
  for (Arrow& arrow : view.arrows) {
    const bool is_said =
        (arrow.label == common[arrow.from] && belongs_in_box(arrow.label)) || is_value(view.items[arrow.from]);
    if (arrow.kind != Link::Kind::data) continue;
    if (is_said || view.is_overlay || !is_telling(arrow.label)) arrow.label.clear();
  }
}

/// The name of an arm in front of " · line 20: if x:", which the box above it shows, too.
std::string arm_name(const Frame& frame) { return frame.label.substr(0, frame.label.find(" · ")); }

/// Frames of blocks around one box that computes nothing become words in the box.
void drop_frames_of_idle_arms(View& view) {
  std::vector<std::uint32_t> held(view.frames.size(), 0);
  for (const Item& item : view.items) {
    if (item.frame != kNowhere) ++held[item.frame];
  }
  for (const Frame& frame : view.frames) {
    if (frame.parent != kNowhere) held[frame.parent] += 2;  // a frame with frames in it is not for one box
  }
  std::vector<bool> dropped(view.frames.size(), false);
  for (Item& item : view.items) {
    if (item.category != Category::join || item.frame == kNowhere || held[item.frame] != 1) continue;
    const Frame& frame = view.frames[item.frame];
    if (frame.kind != Frame::Kind::block) continue;
    dropped[item.frame] = true;
    item.title = arm_name(frame) + ": " + item.title;
  }
  drop_frames(view, dropped);
}

/// What an arm without operations passes on is worth a box; that there is nothing is not.
void drop_idle_arms(View& view) {
  std::vector<bool> is_idle;
  for (const Item& item : view.items) {
    is_idle.push_back(item.category == Category::join && item.mark == Mark::Kind::none && item.rows.empty());
  }
  for (const Arrow& arrow : view.arrows) {
    if (arrow.kind == Link::Kind::data) is_idle[arrow.to] = false;
    is_idle[arrow.from] = false;
  }
  std::vector<std::uint32_t> moved;
  std::vector<Item> kept;
  for (std::size_t i = 0; i < view.items.size(); ++i) {
    moved.push_back(static_cast<std::uint32_t>(kept.size()));
    if (!is_idle[i]) kept.push_back(std::move(view.items[i]));
  }
  std::erase_if(view.arrows, [&](const Arrow& arrow) { return is_idle[arrow.to]; });
  for (Arrow& arrow : view.arrows) {
    arrow.from = moved[arrow.from];
    arrow.to = moved[arrow.to];
  }
  view.items = std::move(kept);
}

}  // namespace

void compact(View& view) {
  move_labels(view);
  drop_frames_of_idle_arms(view);
  drop_idle_arms(view);
}

}  // namespace graphwitness::picture
