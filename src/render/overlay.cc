#include "render/overlay.h"

#include <algorithm>
#include <set>
#include <string>
#include <tuple>

#include "render/absorbed.h"
#include "render/item_text.h"
#include "render/outline.h"

namespace graphwitness::picture {
namespace {

/// Added nodes in a row that are drawn one by one; more are one box.
constexpr std::uint32_t kMostSingle = 6;

class OverlayMaker {
 public:
  OverlayMaker(View& view, const Overlay& overlay, const DrawnPlaces& places)
      : view_(view),
        overlay_(overlay),
        graph_(*overlay.other),
        places_(places),
        absorbed_(graph_, std::vector<bool>(graph_.all_nodes().size(), false),
                  std::vector<bool>(graph_.all_values().size(), false)),
        outline_(make_outline(graph_, functions(), absorbed_)) {}

  void run() {
    find_added();
    add_items();
    add_arrows();
    place_items();
  }

 private:
  std::vector<FunctionId> functions() const {
    std::set<std::uint32_t> wanted;
    for (NodeId node : overlay_.added) wanted.insert(graph_[graph_[node].parent].function.raw);
    std::vector<FunctionId> out;
    out.reserve(wanted.size());
    for (std::uint32_t function : wanted) out.push_back(FunctionId{function});
    return out;
  }

  void find_added() {
    std::vector<bool> added(graph_.all_nodes().size(), false);
    for (NodeId node : overlay_.added) added[node.raw] = true;
    items_.assign(outline_.entries.size(), kNowhere);
    std::uint32_t inputs = 0;
    std::uint32_t outputs = 0;
    for (std::size_t i = 0; i < outline_.entries.size(); ++i) {
      const Entry& entry = outline_.entries[i];
      const auto at = [](const std::vector<std::uint32_t>& row, std::uint32_t index) {
        return index < row.size() ? row[index] : kNowhere;
      };
      is_added_.push_back(entry.node && added[entry.node.raw]);
      if (entry.kind == Entry::Kind::input) items_[i] = at(places_.inputs, inputs++);
      if (entry.kind == Entry::Kind::output) items_[i] = at(places_.outputs, outputs++);
      const NodeId counterpart = entry.node ? overlay_.counterparts[entry.node.raw] : NodeId{};
      if (!counterpart) continue;
      items_[i] = at(entry.kind == Entry::Kind::join ? places_.joins : places_.nodes, counterpart.raw);
    }
  }

  void add_items() {
    const ItemText text(graph_, absorbed_, outline_);
    first_item_ = static_cast<std::uint32_t>(view_.items.size());
    for (std::uint32_t first = 0; first < is_added_.size();) {
      if (!is_added_[first]) {
        ++first;
        continue;
      }
      std::uint32_t last = first + 1;
      while (last < is_added_.size() && is_added_[last]) ++last;
      if (last - first > kMostSingle) {
        add_item(text, {.first = first, .last = last, .is_run = true});
      } else {
        for (std::uint32_t at = first; at < last; ++at) add_item(text, {.first = at, .last = at + 1});
      }
      first = last;
    }
  }

  void add_item(const ItemText& text, const Piece& piece) {
    Item item = text.item(piece);
    item.mark = Mark::Kind::added;
    item.rows.push_back({"added", Row::Style::marked, Mark::Kind::added});
    for (std::uint32_t at = piece.first; at < piece.last; ++at) {
      items_[at] = static_cast<std::uint32_t>(view_.items.size());
    }
    view_.items.push_back(std::move(item));
  }

  void add_arrows() {
    std::set<std::tuple<std::uint32_t, std::uint32_t, Link::Kind>> known;
    for (const Link& link : outline_.links) {
      if (!is_added_[link.from] && !is_added_[link.to]) continue;
      const std::uint32_t from = items_[link.from];
      const std::uint32_t to = items_[link.to];
      if (from == kNowhere || to == kNowhere || from == to || !known.emplace(from, to, link.kind).second) continue;
      Arrow arrow;
      arrow.kind = link.kind;
      arrow.mark = Mark::Kind::added;
      arrow.from = from;
      arrow.to = to;
      view_.arrows.push_back(std::move(arrow));
    }
  }

  /// In the frame of what they are connected with, where that is one.
  void place_items() {
    for (std::size_t i = 0; i < view_.arrows.size(); ++i) {
      const Arrow& arrow = view_.arrows[i];
      if (arrow.mark != Mark::Kind::added) continue;
      const auto take = [&](std::uint32_t item, std::uint32_t from) {
        if (item >= first_item_ && view_.items[item].frame == kNowhere)
          view_.items[item].frame = view_.items[from].frame;
      };
      take(arrow.to, arrow.from);
      take(arrow.from, arrow.to);
    }
  }

  View& view_;
  const Overlay& overlay_;
  const Graph& graph_;
  const DrawnPlaces& places_;
  Absorbed absorbed_;
  Outline outline_;
  std::vector<bool> is_added_;        ///< by entry
  std::vector<std::uint32_t> items_;  ///< by entry: its box in the view
  std::uint32_t first_item_ = 0;
};

}  // namespace

void add_overlay(View& view, const Overlay& overlay, const DrawnPlaces& places) {
  view.is_overlay = true;
  if (!overlay.added.empty()) OverlayMaker(view, overlay, places).run();
}

}  // namespace graphwitness::picture
