#include "render/columns.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <utility>

#include "render/frames.h"

namespace graphwitness::picture {
namespace {

// Points, at 96 pixels per 72.
constexpr double kScreen = 560;     ///< what of a screen's height is left below title and legend
constexpr double kMostWhole = 640;  ///< up to here a picture is not broken
constexpr double kTitleHeight = 17;
constexpr double kRowHeight = 13;
constexpr double kMargin = 8;
constexpr double kGap = 19;       ///< between two boxes, with the arrow
constexpr double kFrameTop = 24;  ///< border and label
constexpr double kFrameEnd = 8;
constexpr double kBeside = 22;        ///< between two boxes
constexpr std::size_t kMostRow = 44;  ///< characters
constexpr double kSplit = 1;          ///< what it costs to cut a frame
constexpr std::size_t kMostItems = 150;
constexpr std::size_t kMostColumns = 7;

double height_of(const Item& item) {
  return kTitleHeight + kRowHeight * static_cast<double>(item.rows.size()) + (item.folded > 0 ? 2 : 1) * kMargin;
}

double width_of(const View& view, const Item& item) {
  double width =
      7.2 * static_cast<double>(local_title(view, item).size()) + 5 * static_cast<double>(item.subtitle.size());
  for (const Row& row : item.rows)
    width = std::max(width, 5 * static_cast<double>(std::min(row.text.size(), kMostRow)));
  return width + 2 * kMargin;
}

/// The frames around an item, the outermost first.
std::vector<std::uint32_t> frames_around(const View& view, std::uint32_t frame) {
  std::vector<std::uint32_t> out;
  for (; frame != kNowhere; frame = view.frames[frame].parent) out.push_back(frame);
  std::ranges::reverse(out);
  return out;
}

/// Where each item stands from top to bottom: as in the file, but what is only an input stands at its first user, and
/// what was added behind the others beside what it is connected with.
std::vector<std::uint32_t> order_of(const View& view) {
  std::vector<double> places(view.items.size());
  std::iota(places.begin(), places.end(), 0);
  const auto moves = [&](std::uint32_t i) {
    return view.items[i].category == Category::input || view.items[i].category == Category::stub ||
           view.items[i].mark == Mark::Kind::added;
  };
  std::vector<double> users;
  std::vector<double> sources;
  for (int pass = 0; pass < 3; ++pass) {
    users.assign(places.size(), std::numeric_limits<double>::max());
    sources.assign(places.size(), -1);
    for (const Arrow& arrow : view.arrows) {
      if (arrow.kind == Link::Kind::back) continue;
      if (moves(arrow.from)) users[arrow.from] = std::min(users[arrow.from], places[arrow.to] - 0.25);
      if (moves(arrow.to)) sources[arrow.to] = std::max(sources[arrow.to], places[arrow.from] + 0.25);
    }
    for (std::uint32_t i = 0; i < places.size(); ++i) {
      if (sources[i] >= 0) {
        places[i] = sources[i];
      } else if (users[i] < static_cast<double>(places.size())) {
        places[i] = users[i];
      }
    }
  }
  std::vector<std::uint32_t> order(places.size());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::stable_sort(order, {}, [&](std::uint32_t i) { return places[i]; });
  return order;
}

/// Finds the rows of neighbours in the order that become columns.
class Cuts {
 public:
  Cuts(const View& view, const std::vector<std::uint32_t>& order) : view_(view), order_(order), place_(order.size()) {
    for (std::uint32_t place = 0; place < order.size(); ++place) place_[order[place]] = place;
    sources_.resize(order.size());
    for (const Arrow& arrow : view.arrows) {
      const std::uint32_t from = place_[arrow.from];
      const std::uint32_t to = place_[arrow.to];
      if (arrow.kind != Link::Kind::back && from < to) sources_[to].push_back(from);
    }
    find_costs();
  }

  /// The places at which columns begin; one of them: the picture is short enough.
  std::vector<std::uint32_t> find() const;

  Extent extent(const std::vector<std::uint32_t>& cuts) const;

 private:
  void find_costs();
  void forbid(std::uint32_t first, std::uint32_t last) {
    for (std::uint32_t place = first + 1; place <= last; ++place) costs_[place] = kForbidden;
  }
  double step(std::uint32_t from, std::uint32_t to) const;
  std::vector<double> heights_from(std::uint32_t first) const;
  double highest_whole() const;

  static constexpr double kForbidden = 1e9;

  const View& view_;
  const std::vector<std::uint32_t>& order_;
  std::vector<std::uint32_t> place_;
  std::vector<std::vector<std::uint32_t>> sources_;  ///< by place: places of what arrows come from
  std::vector<double> costs_;                        ///< of a column that begins at each place
};

/// A cut costs what it tears: the square of the values that cross it, and more for what is pointed out.
void Cuts::find_costs() {
  std::vector<std::uint32_t> reach(order_.size(), 0);  // by place: the last use
  std::vector<bool> marked(order_.size(), false);
  costs_.assign(order_.size(), 0);
  for (const Arrow& arrow : view_.arrows) {
    const auto [first, last] = std::minmax(place_[arrow.from], place_[arrow.to]);
    reach[first] = std::max(reach[first], last);
    if (arrow.mark != Mark::Kind::none) marked[first] = true;
  }
  std::vector<double> crossing(order_.size() + 1, 0);
  for (std::size_t i = 0; i < order_.size(); ++i) {
    for (std::uint32_t place = static_cast<std::uint32_t>(i) + 1; place <= reach[i]; ++place) {
      crossing[place] += marked[i] ? 2 : 1;
    }
  }
  for (std::size_t i = 1; i < order_.size(); ++i) costs_[i] = 0.5 + crossing[i] * crossing[i];
  for (const Arrow& arrow : view_.arrows) {
    if (arrow.kind == Link::Kind::data) continue;
    const auto [first, last] = std::minmax(place_[arrow.from], place_[arrow.to]);
    forbid(first, last);
  }
  std::vector<std::pair<std::uint32_t, std::uint32_t>> held(view_.frames.size(), {kNowhere, 0});
  for (std::uint32_t place = 0; place < order_.size(); ++place) {
    for (std::uint32_t frame : frames_around(view_, view_.items[order_[place]].frame)) {
      auto& [first, last] = held[frame];
      first = std::min(first, place);
      last = std::max(last, place);
    }
  }
  for (std::size_t i = 0; i < view_.frames.size(); ++i) {
    const auto [first, last] = held[i];
    if (first == kNowhere) continue;
    if (view_.frames[i].kind == Frame::Kind::block) forbid(first, last);
    for (std::uint32_t place = first + 1; place <= last; ++place) costs_[place] += kSplit;
  }
}

/// From the top of one box to the top of one below it, with the borders of frames between.
double Cuts::step(std::uint32_t from, std::uint32_t to) const {
  const Item& above = view_.items[order_[from]];
  const Item& below = view_.items[order_[to]];
  double height = height_of(above) + kGap;
  if (above.frame == below.frame) return height;
  const std::vector<std::uint32_t> left = frames_around(view_, above.frame);
  const std::vector<std::uint32_t> entered = frames_around(view_, below.frame);
  const auto common = static_cast<std::size_t>(std::ranges::mismatch(left, entered).in1 - left.begin());
  height += kFrameEnd * static_cast<double>(left.size() - common);
  height += kFrameTop * static_cast<double>(entered.size() - common);
  return height;
}

/// By place: how high a column is that begins at `first` and ends there.
std::vector<double> Cuts::heights_from(std::uint32_t first) const {
  std::vector<double> tops(order_.size(), 0);
  std::vector<double> heights(order_.size(), 0);
  double most = 0;
  for (std::uint32_t place = first; place < order_.size(); ++place) {
    for (std::uint32_t source : sources_[place]) {
      if (source >= first) tops[place] = std::max(tops[place], tops[source] + step(source, place));
    }
    most = std::max(most, tops[place] + height_of(view_.items[order_[place]]));
    heights[place] = most;
  }
  return heights;
}

/// Of what must not be cut.
double Cuts::highest_whole() const {
  double highest = 0;
  for (std::uint32_t first = 0; first < order_.size();) {
    std::uint32_t end = first + 1;
    while (end < order_.size() && costs_[end] >= kForbidden) ++end;
    if (end - first > 1) highest = std::max(highest, heights_from(first)[end - 1]);
    first = end;
  }
  return highest;
}

std::vector<std::uint32_t> Cuts::find() const {
  const auto size = static_cast<std::uint32_t>(order_.size());
  const double whole = heights_from(0).back();
  if (whole <= kMostWhole) return {0};
  const double wanted = std::max({kScreen, whole / kMostColumns, highest_whole()});
  // The cheapest way to break what stands before each place.
  std::vector<double> best(size + 1, std::numeric_limits<double>::max());
  std::vector<std::uint32_t> begins(size + 1, 0);
  best[0] = 0;
  for (std::uint32_t first = 0; first < size; ++first) {
    if (costs_[first] >= kForbidden) continue;
    const std::vector<double> heights = heights_from(first);
    for (std::uint32_t end = first + 1; end <= size; ++end) {
      const double off = heights[end - 1] / wanted - 1;
      const double cost = best[first] + costs_[first] + (off > 0 ? 60 * off * off : 8 * off * off);
      if (cost >= best[end]) continue;
      best[end] = cost;
      begins[end] = first;
    }
  }
  std::vector<std::uint32_t> cuts;
  for (std::uint32_t end = size; end > 0; end = begins[end]) cuts.push_back(begins[end]);
  std::ranges::reverse(cuts);
  return cuts;
}

Extent Cuts::extent(const std::vector<std::uint32_t>& cuts) const {
  Extent extent;
  for (std::size_t column = 0; column < cuts.size(); ++column) {
    const std::uint32_t first = cuts[column];
    const auto end = column + 1 < cuts.size() ? cuts[column + 1] : static_cast<std::uint32_t>(order_.size());
    std::vector<std::size_t> ranks(end - first, 0);
    std::vector<double> widths(end - first, 0);  // by rank
    for (std::uint32_t place = first; place < end; ++place) {
      std::size_t& rank = ranks[place - first];
      for (std::uint32_t source : sources_[place]) {
        if (source >= first) rank = std::max(rank, ranks[source - first] + 1);
      }
      widths[rank] += width_of(view_, view_.items[order_[place]]) + kBeside;
    }
    extent.width += *std::ranges::max_element(widths);
    extent.height = std::max(extent.height, heights_from(first)[end - 1]);
  }
  return extent;
}

/// "A", "B", … "Z", "AA", …
std::string letter(std::size_t number) {
  std::string out(1, static_cast<char>('A' + number % 26));
  return number < 26 ? out : letter(number / 26 - 1) + out;
}

/// Puts the picture together again, column by column.
class Breaker {
 public:
  Breaker(View& view, const std::vector<std::uint32_t>& order, const std::vector<std::uint32_t>& cuts)
      : view_(view), order_(order), columns_(view.items.size()), moved_(view.items.size()), column_count_(cuts.size()) {
    std::uint32_t column = 0;
    for (std::uint32_t place = 0; place < order.size(); ++place) {
      while (column + 1 < cuts.size() && cuts[column + 1] <= place) ++column;
      columns_[order[place]] = column;
    }
    for (std::uint32_t i = 0; i < view.arrows.size(); ++i) {
      const Arrow& arrow = view.arrows[i];
      if (columns_[arrow.from] != columns_[arrow.to]) torn_[arrow.from][columns_[arrow.to]].push_back(i);
    }
  }

  /// Boxes that the short arrows lead to or come from.
  std::size_t jumps() const {
    std::size_t count = torn_.size();
    for (const auto& [_, columns] : torn_) count += columns.size();
    return count;
  }

  void run() {
    std::size_t number = 0;
    for (std::uint32_t i : order_) {
      if (torn_.contains(i)) letters_.emplace(i, letter(number++));
    }
    std::size_t at = 0;
    for (std::uint32_t column = 0; column < column_count_; ++column) {
      frames_.clear();
      add_arrivals(column);
      for (; at < order_.size() && columns_[order_[at]] == column; ++at) add_item(order_[at]);
      add_departures(column);
    }
    for (Arrow& arrow : view_.arrows) {
      if (columns_[arrow.from] != columns_[arrow.to]) continue;
      arrow.from = moved_[arrow.from];
      arrow.to = moved_[arrow.to];
      if (arrow.frame != kNowhere) arrow.frame = moved_frames_[arrow.frame];
      out_.arrows.push_back(std::move(arrow));
    }
    // What leads to a box that comes later was not known yet.
    for (auto& [target, arrow] : arrivals_) {
      arrow.to = moved_[target];
      out_.arrows.push_back(std::move(arrow));
    }
    view_.items = std::move(out_.items);
    view_.frames = std::move(out_.frames);
    view_.arrows = std::move(out_.arrows);
  }

 private:
  /// The part of a frame that is in the column at work.
  std::uint32_t frame(std::uint32_t whole) {
    if (whole == kNowhere) return kNowhere;
    const auto known = frames_.find(whole);
    if (known != frames_.end()) return known->second;
    Frame part = view_.frames[whole];
    part.parent = frame(part.parent);
    if (!begun_.emplace(whole, true).second) part.label += " (goes on)";
    const auto at = static_cast<std::uint32_t>(out_.frames.size());
    out_.frames.push_back(std::move(part));
    frames_.emplace(whole, at);
    moved_frames_[whole] = at;
    return at;
  }

  std::uint32_t add_jump(std::string title, std::uint32_t beside) {
    Item jump;
    jump.category = Category::jump;
    jump.title = std::move(title);
    jump.frame = frame(view_.items[beside].frame);
    out_.items.push_back(std::move(jump));
    return static_cast<std::uint32_t>(out_.items.size() - 1);
  }

  void add_item(std::uint32_t i) {
    Item item = view_.items[i];
    item.frame = frame(item.frame);
    moved_[i] = static_cast<std::uint32_t>(out_.items.size());
    out_.items.push_back(std::move(item));
  }

  void add_arrivals(std::uint32_t column) {
    for (std::uint32_t source : order_) {
      const auto torn = torn_.find(source);
      if (torn == torn_.end() || !torn->second.contains(column)) continue;
      const std::vector<std::uint32_t>& arrows = torn->second.at(column);
      const std::uint32_t jump =
          add_jump(letters_.at(source) + " ← " + local_title(view_, view_.items[source]), view_.arrows[arrows[0]].to);
      for (std::uint32_t i : arrows) {
        Arrow arrow = view_.arrows[i];
        arrow.from = jump;
        arrivals_.emplace_back(view_.arrows[i].to, std::move(arrow));
      }
    }
  }

  void add_departures(std::uint32_t column) {
    for (std::uint32_t source : order_) {
      const auto torn = torn_.find(source);
      if (torn == torn_.end() || columns_[source] != column) continue;
      std::vector<std::uint32_t> targets;
      Arrow arrow;
      for (const auto& [_, arrows] : torn->second) {
        for (std::uint32_t i : arrows) {
          targets.push_back(view_.arrows[i].to);
          const Mark::Kind mark = view_.arrows[i].mark;
          arrow.mark = targets.size() == 1 || mark == arrow.mark ? mark : Mark::Kind::none;  // what all of them have
          arrow.kind = view_.arrows[i].kind;
        }
      }
      std::string title = letters_.at(source) + " → " + local_title(view_, view_.items[targets[0]]);
      std::ranges::sort(targets);
      targets.erase(std::unique(targets.begin(), targets.end()), targets.end());
      if (targets.size() > 1) title += " and " + std::to_string(targets.size() - 1) + " more";
      arrow.from = moved_[source];
      arrow.to = add_jump(std::move(title), source);
      out_.arrows.push_back(std::move(arrow));
    }
  }

  View& view_;
  const std::vector<std::uint32_t>& order_;
  std::vector<std::uint32_t> columns_;  ///< by item
  std::vector<std::uint32_t> moved_;    ///< by item: its place in the new picture
  std::size_t column_count_;
  /// Arrows that leave their column, by the item they come from and the column they lead to.
  std::map<std::uint32_t, std::map<std::uint32_t, std::vector<std::uint32_t>>> torn_;
  std::map<std::uint32_t, std::string> letters_;
  std::map<std::uint32_t, std::uint32_t> frames_;        ///< of the column at work
  std::map<std::uint32_t, std::uint32_t> moved_frames_;  ///< the last part of each frame
  std::map<std::uint32_t, bool> begun_;
  std::vector<std::pair<std::uint32_t, Arrow>> arrivals_;  ///< (old item that it leads to, arrow)
  View out_;
};

}  // namespace

Extent break_into_columns(View& view, std::size_t most_boxes) {
  if (view.items.empty() || view.items.size() > kMostItems) return {};
  const std::vector<std::uint32_t> order = order_of(view);
  const Cuts sizes(view, order);
  const std::vector<std::uint32_t> cuts = sizes.find();
  const Extent extent = sizes.extent(cuts);
  if (cuts.size() == 1) return extent;
  Breaker breaker(view, order, cuts);
  if (view.items.size() + breaker.jumps() <= most_boxes) breaker.run();
  return extent;
}

}  // namespace graphwitness::picture
