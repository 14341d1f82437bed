#include "render/fold.h"

#include <algorithm>
#include <functional>
#include <map>
#include <tuple>

namespace graphwitness::picture {
namespace {

/// Graphviz recurses over nested clusters, and takes seconds to lay out a hundred.
constexpr std::uint32_t kMostNesting = 48;
/// Fewer lost boxes in a row are drawn one by one.
constexpr std::size_t kFewestLost = 4;

/// Which spans are folded, and how many pieces there are then.
class Spans {
 public:
  Spans(const Graph& graph, const Outline& outline, const std::vector<Mark::Kind>& marks);

  std::uint32_t pieces() const { return pieces_; }
  std::uint32_t deepest() const { return deepest_; }
  void fold_below(std::uint32_t module_levels);
  void fold_repeats(const std::vector<std::vector<std::uint32_t>>& repeats, bool folded_only);
  void join(std::uint32_t span);
  void fold_unmarked();
  /// Folds branches and loops of which everything is lost and nothing says why.
  void fold_lost();
  /// Folds modules without submodules that hold more than a few pieces: what a layer does inside.
  void fold_leaves();
  std::uint32_t deepest_module() const;
  /// Folds spans of that level until `limit` holds; those with a mark only when `marked`, and none that holds most of
  /// the model when `gently`. False when one of them hides
  /// more folded boxes than the limit: those are better joined than hidden.
  bool fold_level(std::uint32_t level, std::uint32_t limit, bool marked, bool gently = false);
  std::vector<Piece> take() const;

 private:
  /// Spans that look alike are folded together: (what they are, entries).
  using Likeness = std::tuple<std::string_view, std::uint32_t>;

  bool foldable(std::uint32_t span) const;
  bool hidden(std::uint32_t span) const;
  /// One box in its place would say next to nothing.
  bool holds_most(std::uint32_t span) const {
    return outline_.spans[span].last - outline_.spans[span].first > outline_.entries.size() / 2;
  }
  void fold(std::uint32_t span);
  Likeness likeness(std::uint32_t span) const;

  const Graph& graph_;
  const Outline& outline_;
  const std::vector<Mark::Kind>& marks_;
  std::vector<std::uint32_t> visible_;  ///< pieces in each span, were it open
  std::vector<std::uint32_t> boxes_;    ///< folded spans right inside each span
  std::vector<bool> folded_;
  std::vector<bool> joined_;  ///< folded into the piece before it, which is equal
  std::vector<bool> marked_;
  std::vector<bool> too_deep_;             ///< inside a span that is folded for its depth
  std::vector<std::uint32_t> levels_;      ///< foldable spans around each span, itself included; 0: too deep
  std::vector<std::string_view> classes_;  ///< of modules, by span, without the mangled package
  std::uint32_t deepest_ = 0;
  std::uint32_t pieces_ = 0;
};

Spans::Spans(const Graph& graph, const Outline& outline, const std::vector<Mark::Kind>& marks)
    : graph_(graph),
      outline_(outline),
      marks_(marks),
      visible_(outline.spans.size(), 0),
      boxes_(outline.spans.size(), 0),
      folded_(outline.spans.size(), false),
      joined_(outline.spans.size(), false),
      marked_(outline.spans.size(), false),
      too_deep_(outline.spans.size(), false),
      levels_(outline.spans.size(), 0),
      classes_(outline.spans.size()),
      pieces_(static_cast<std::uint32_t>(outline.entries.size())) {
  for (std::size_t i = 0; i < outline.entries.size(); ++i) {
    ++visible_[outline.entries[i].span];
    if (marks[i] != Mark::Kind::none) marked_[outline.entries[i].span] = true;
  }
  std::map<std::string_view, std::string_view> classes;
  for (ModuleId module : graph.modules()) {
    const std::string_view type = graph[graph[module].type];
    classes.emplace(graph[graph[module].path], type.substr(type.rfind('.') + 1));
  }
  for (std::uint32_t span = static_cast<std::uint32_t>(outline.spans.size()); span-- > 0;) {
    const std::uint32_t parent = outline.spans[span].parent;
    const auto found = classes.find(outline.spans[span].scope);
    if (foldable(span) && found != classes.end()) classes_[span] = found->second;
    if (parent == kNowhere) continue;
    visible_[parent] += visible_[span];
    if (marked_[span]) marked_[parent] = true;
  }
  for (std::uint32_t span = 0; span < outline.spans.size(); ++span) {
    const std::uint32_t parent = outline.spans[span].parent;
    too_deep_[span] = parent != kNowhere && (too_deep_[parent] || folded_[parent]);
    if (too_deep_[span]) continue;
    levels_[span] = (parent == kNowhere ? 0 : levels_[parent]) + (foldable(span) ? 1 : 0);
    deepest_ = std::max(deepest_, levels_[span]);
    if (outline.spans[span].nesting > kMostNesting && foldable(span)) fold(span);
  }
}

bool Spans::foldable(std::uint32_t span) const {
  const Span::Kind kind = outline_.spans[span].kind;
  return kind == Span::Kind::module || kind == Span::Kind::control;
}

/// Inside a folded span. Walks up: spans nest at most kMostNesting deep before they are folded.
bool Spans::hidden(std::uint32_t span) const {
  if (too_deep_[span]) return true;
  for (std::uint32_t at = outline_.spans[span].parent; at != kNowhere; at = outline_.spans[at].parent) {
    if (folded_[at]) return true;
  }
  return false;
}

void Spans::fold(std::uint32_t span) {
  if (folded_[span] || visible_[span] == 0 || hidden(span)) return;
  folded_[span] = true;
  if (outline_.spans[span].parent != kNowhere) ++boxes_[outline_.spans[span].parent];
  const std::uint32_t saved = visible_[span] - 1;
  pieces_ -= saved;
  for (std::uint32_t at = span; at != kNowhere; at = outline_.spans[at].parent) visible_[at] -= saved;
}

void Spans::fold_below(std::uint32_t module_levels) {
  for (std::uint32_t span = 0; span < outline_.spans.size(); ++span) {
    const Span& candidate = outline_.spans[span];
    if (candidate.kind == Span::Kind::module && candidate.module_level > module_levels) fold(span);
  }
}

void Spans::fold_repeats(const std::vector<std::vector<std::uint32_t>>& repeats, bool folded_only) {
  for (const std::vector<std::uint32_t>& row : repeats) {
    std::uint32_t before = kNowhere;  // the span that the next one joins
    for (std::uint32_t span : row) {
      const bool stays = marked_[span] || hidden(span) || (folded_only && !folded_[span]);
      if (!stays) fold(span);
      if (!stays && before != kNowhere) join(span);
      before = stays ? kNowhere : span;
    }
  }
}

/// Makes a folded span part of the piece before it.
void Spans::join(std::uint32_t span) {
  if (!folded_[span] || joined_[span]) return;
  joined_[span] = true;
  --pieces_;
  for (std::uint32_t at = outline_.spans[span].parent; at != kNowhere; at = outline_.spans[at].parent) --visible_[at];
}

void Spans::fold_unmarked() {
  for (std::uint32_t span = 0; span < outline_.spans.size(); ++span) {
    if (foldable(span) && !marked_[span]) fold(span);
  }
}

void Spans::fold_lost() {
  for (std::uint32_t span = 0; span < outline_.spans.size(); ++span) {
    const Span& what = outline_.spans[span];
    if (what.kind != Span::Kind::control || visible_[span] < 2) continue;
    const bool all = std::all_of(marks_.begin() + what.first, marks_.begin() + what.last,
                                 [](Mark::Kind mark) { return mark == Mark::Kind::lost || mark == Mark::Kind::none; });
    if (all && marks_[what.first] == Mark::Kind::lost) fold(span);
  }
}

void Spans::fold_leaves() {
  constexpr std::uint32_t kMostOpen = 3;
  std::vector<bool> is_leaf(outline_.spans.size(), true);
  for (std::uint32_t span = static_cast<std::uint32_t>(outline_.spans.size()); span-- > 0;) {
    const Span& what = outline_.spans[span];
    if (what.parent != kNowhere && (what.kind == Span::Kind::module || !is_leaf[span])) is_leaf[what.parent] = false;
  }
  for (std::uint32_t span = 0; span < outline_.spans.size(); ++span) {
    const Span& what = outline_.spans[span];
    if (what.kind != Span::Kind::module || !is_leaf[span] || marked_[span] || holds_most(span)) continue;
    if (visible_[span] > kMostOpen) fold(span);
  }
}

std::uint32_t Spans::deepest_module() const {
  std::uint32_t deepest = 0;
  for (const Span& span : outline_.spans) deepest = std::max(deepest, span.module_level);
  return deepest;
}

Spans::Likeness Spans::likeness(std::uint32_t span) const {
  const Span& what = outline_.spans[span];
  const std::string_view name = what.kind == Span::Kind::control ? graph_[graph_[what.node].op] : classes_[span];
  return {name, what.last - what.first};
}

bool Spans::fold_level(std::uint32_t level, std::uint32_t limit, bool marked, bool gently) {
  std::map<Likeness, std::vector<std::uint32_t>> alike;
  for (std::uint32_t span = 0; span < outline_.spans.size(); ++span) {
    if (levels_[span] != level || !foldable(span) || folded_[span] || visible_[span] < 2) continue;
    if ((marked_[span] && !marked) || (gently && holds_most(span)) || hidden(span)) continue;
    alike[likeness(span)].push_back(span);
  }
  std::vector<std::tuple<std::uint32_t, const std::vector<std::uint32_t>*>> by_saving;
  for (const auto& [_, spans] : alike) {
    std::uint32_t saving = 0;
    for (std::uint32_t span : spans) saving += visible_[span] - 1;
    by_saving.emplace_back(saving, &spans);
  }
  std::ranges::sort(by_saving, [](const auto& a, const auto& b) {
    return std::get<0>(a) != std::get<0>(b) ? std::get<0>(a) > std::get<0>(b)
                                            : std::get<1>(a)->front() < std::get<1>(b)->front();
  });
  bool fine = true;
  for (const auto& [_, spans] : by_saving) {
    if (pieces_ <= limit) break;
    for (std::uint32_t span : *spans) {
      fold(span);
      fine = fine && boxes_[span] <= limit;
    }
  }
  return fine;
}

std::vector<Piece> Spans::take() const {
  std::vector<Piece> pieces;
  std::uint32_t at = 0;
  const auto single_until = [&](std::uint32_t end) {
    for (; at < end; ++at) pieces.push_back({.first = at, .last = at + 1});
  };
  for (std::uint32_t span = 0; span < outline_.spans.size(); ++span) {
    const Span& what = outline_.spans[span];
    if (!folded_[span] || what.first < at || what.first == what.last) continue;
    single_until(what.first);
    if (joined_[span]) {
      pieces.back().last = what.last;
      ++pieces.back().repeats;
    } else {
      pieces.push_back({.first = what.first, .last = what.last, .span = span});
    }
    at = what.last;
  }
  single_until(static_cast<std::uint32_t>(outline_.entries.size()));
  return pieces;
}

/// Pieces that may become one box: neighbours in the same span and of the same kind.
struct Run {
  std::size_t first = 0;  ///< pieces [first, last)
  std::size_t last = 0;
};

class Runs {
 public:
  Runs(const Graph& graph, const Outline& outline, const std::vector<Mark::Kind>& marks, std::vector<Piece> pieces);
  std::vector<Piece> fold_to(std::uint32_t limit, bool marked);
  /// Each run of unmarked pieces to one.
  std::vector<Piece> fold_all() const { return fold_parts(find(false), pieces_.size()); }
  /// Each run of lost pieces that say nothing to one.
  std::vector<Piece> fold_lost() const {
    std::vector<Run> runs = find_where([&](const Piece& piece) { return is_lost(piece); });
    std::erase_if(runs, [](const Run& run) { return run.last - run.first < kFewestLost; });
    return fold_parts(runs, pieces_.size());
  }

 private:
  std::vector<Piece> fold_parts(const std::vector<Run>& runs, std::size_t size) const;

  enum class Class : std::uint8_t { none, input, operation, output, unresolved };

  Class class_of(const Piece& piece) const;
  std::uint32_t span_of(const Piece& piece) const;
  bool has_mark(const Piece& piece) const;
  bool is_lost(const Piece& piece) const;
  std::vector<Run> find(bool marked) const {
    return find_where([&](const Piece& piece) { return marked || !has_mark(piece); });
  }
  std::vector<Run> find_where(const std::function<bool(const Piece&)>& takes) const;
  void cut(const Run& run, std::size_t parts, std::vector<Piece>& out) const;

  const Graph& graph_;
  const Outline& outline_;
  const std::vector<Mark::Kind>& marks_;
  std::vector<Piece> pieces_;
  std::vector<std::int64_t> crossing_;  ///< links over the border before each entry
};

Runs::Runs(const Graph& graph, const Outline& outline, const std::vector<Mark::Kind>& marks, std::vector<Piece> pieces)
    : graph_(graph),
      outline_(outline),
      marks_(marks),
      pieces_(std::move(pieces)),
      crossing_(outline.entries.size() + 1, 0) {
  for (const Link& link : outline.links) {
    const auto [low, high] = std::minmax(link.from, link.to);
    ++crossing_[low + 1];
    if (high + 1 < crossing_.size()) --crossing_[high + 1];
  }
  for (std::size_t i = 1; i < crossing_.size(); ++i) crossing_[i] += crossing_[i - 1];
}

Runs::Class Runs::class_of(const Piece& piece) const {
  if (piece.span != kNowhere) return Class::operation;
  const Entry& entry = outline_.entries[piece.first];
  switch (entry.kind) {
    case Entry::Kind::input:
      return Class::input;
    case Entry::Kind::output:
      return Class::output;
    case Entry::Kind::unresolved:
      return Class::unresolved;
    case Entry::Kind::node:
      return graph_[entry.node].blocks.count == 0 ? Class::operation : Class::none;
    default:
      return Class::none;  // heads, joins and yields hold open blocks together
  }
}

std::uint32_t Runs::span_of(const Piece& piece) const {
  return piece.span == kNowhere ? outline_.entries[piece.first].span : outline_.spans[piece.span].parent;
}

bool Runs::has_mark(const Piece& piece) const {
  return std::any_of(marks_.begin() + piece.first, marks_.begin() + piece.last,
                     [](Mark::Kind mark) { return mark != Mark::Kind::none; });
}

bool Runs::is_lost(const Piece& piece) const {
  return std::all_of(marks_.begin() + piece.first, marks_.begin() + piece.last,
                     [](Mark::Kind mark) { return mark == Mark::Kind::lost || mark == Mark::Kind::none; }) &&
         has_mark(piece);
}

std::vector<Run> Runs::find_where(const std::function<bool(const Piece&)>& takes) const {
  std::vector<Run> runs;
  const auto joins_last = [&](std::size_t i) {
    if (i == 0 || runs.empty() || runs.back().last != i) return false;
    return class_of(pieces_[i]) == class_of(pieces_[i - 1]) && span_of(pieces_[i]) == span_of(pieces_[i - 1]);
  };
  for (std::size_t i = 0; i < pieces_.size(); ++i) {
    if (class_of(pieces_[i]) == Class::none || !takes(pieces_[i])) continue;
    if (joins_last(i)) {
      runs.back().last = i + 1;
    } else {
      runs.push_back({i, i + 1});
    }
  }
  return runs;
}

/// Cuts a run into boxes of about the same size, each border moved to where the fewest links cross.
void Runs::cut(const Run& run, std::size_t parts, std::vector<Piece>& out) const {
  const std::size_t size = run.last - run.first;
  const std::size_t reach = size / parts / 3;
  std::size_t from = run.first;
  for (std::size_t part = 1; part <= parts; ++part) {
    std::size_t to = run.first + part * size / parts;
    if (part < parts) {
      const std::size_t middle = to;
      for (std::size_t near = middle - reach; near <= middle + reach; ++near) {
        if (near > from && crossing_[pieces_[near].first] < crossing_[pieces_[to].first]) to = near;
      }
    }
    if (to - from == 1) {
      out.push_back(pieces_[from]);
    } else {
      out.push_back({.first = pieces_[from].first, .last = pieces_[to - 1].last, .is_run = true});
    }
    from = to;
  }
}

/// Pieces of each run that are about `size` long become one.
std::size_t parts_of(const Run& run, std::size_t size) { return (run.last - run.first + size - 1) / size; }

std::vector<Piece> Runs::fold_parts(const std::vector<Run>& runs, std::size_t size) const {
  std::vector<Piece> out;
  std::size_t at = 0;
  for (const Run& run : runs) {
    out.insert(out.end(), pieces_.begin() + static_cast<std::ptrdiff_t>(at),
               pieces_.begin() + static_cast<std::ptrdiff_t>(run.first));
    cut(run, parts_of(run, size), out);
    at = run.last;
  }
  out.insert(out.end(), pieces_.begin() + static_cast<std::ptrdiff_t>(at), pieces_.end());
  return out;
}

std::vector<Piece> Runs::fold_to(std::uint32_t limit, bool marked) {
  const std::vector<Run> runs = find(marked);
  std::size_t others = pieces_.size();
  for (const Run& run : runs) others -= run.last - run.first;
  const auto total = [&](std::size_t size) {
    std::size_t count = others;
    for (const Run& run : runs) count += parts_of(run, size);
    return count;
  };
  std::size_t low = 1;  // the smallest size of a part that holds the limit, or the largest there is
  std::size_t high = std::max<std::size_t>(pieces_.size(), 1);
  while (low < high) {
    const std::size_t middle = (low + high) / 2;
    if (total(middle) <= limit) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return fold_parts(runs, low);
}

/// The most levels of modules that stay at a glance. One more where the picture would say next to nothing: a model may
/// be wrapped in one module.
void fold_to_readable(Spans& spans, std::uint32_t readable) {
  constexpr std::uint32_t kFewestPieces = 6;
  std::uint32_t depth = spans.deepest_module();
  const auto pieces_at = [&](std::uint32_t levels) {
    Spans tried = spans;
    tried.fold_below(levels);
    return tried.pieces();
  };
  while (depth > 0 && pieces_at(depth) > readable) --depth;
  if (pieces_at(depth) < kFewestPieces) ++depth;
  spans.fold_below(depth);
  // One level less may have been far too few: the largest of what is left go, but not what holds most of the model.
  for (std::uint32_t level = spans.deepest(); level > 0 && spans.pieces() > readable; --level) {
    spans.fold_level(level, readable, false, true);
  }
}

}  // namespace

std::vector<Piece> fold(const Graph& graph, const Outline& outline, const std::vector<Mark::Kind>& marks,
                        const std::vector<std::vector<std::uint32_t>>& repeats, const FoldLimits& limits) {
  Spans spans(graph, outline, marks);
  const std::uint32_t limit = limits.pieces;
  if (limits.marked_only) {
    spans.fold_unmarked();
    spans.fold_lost();
    std::vector<Piece> pieces = Runs(graph, outline, marks, spans.take()).fold_all();
    pieces = Runs(graph, outline, marks, std::move(pieces)).fold_lost();
    if (limit == 0 || pieces.size() <= limit) return pieces;
  } else if (limits.depth == RenderOptions::kReadable) {
    if (limit != 0 && spans.pieces() > std::min(limit, limits.readable)) {
      spans.fold_repeats(repeats, false);
      spans.fold_leaves();
      fold_to_readable(spans, limits.readable);
    }
  } else if (limits.depth != RenderOptions::kAll) {
    spans.fold_below(limits.depth);
    spans.fold_repeats(repeats, true);
  }
  const auto fits = [&](std::size_t pieces) { return limit == 0 || pieces <= limit; };
  for (const bool marked : {false, true}) {
    for (std::uint32_t level = spans.deepest(); level > 0 && !fits(spans.pieces()); --level) {
      const Spans before = spans;
      if (spans.fold_level(level, limit, marked)) continue;
      std::vector<Piece> finer = Runs(graph, outline, marks, before.take()).fold_to(limit, marked);
      if (fits(finer.size())) return finer;
    }
    if (fits(spans.pieces())) return spans.take();
    std::vector<Piece> pieces = Runs(graph, outline, marks, spans.take()).fold_to(limit, marked);
    if (marked || fits(pieces.size())) return pieces;
  }
  return spans.take();
}

}  // namespace graphwitness::picture
