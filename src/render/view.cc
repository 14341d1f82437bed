#include "render/view.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <tuple>
#include <utility>

#include "graphwitness/support/error.h"
#include "render/absorbed.h"
#include "render/fold.h"
#include "render/item_text.h"
#include "render/labels.h"
#include "render/overlay.h"
#include "render/repeats.h"
#include "render/style.h"
#include "support/escape.h"

namespace graphwitness::picture {
namespace {

constexpr std::size_t kNames = 6;      // in a note
constexpr std::size_t kName = 72;      // characters
constexpr std::size_t kMessage = 110;  // of what a flagged box says
constexpr std::size_t kFewestRepeats = 3;
constexpr std::string_view kLost = "lost";
/// Layout cost a node of the limit: real models need 2 to 5, and 12 at the default limit takes about a second.
constexpr std::size_t kCostPerNode = 12;

/// "`a`, `b` and 3 more"
std::string name_list(const std::vector<std::string>& names) {
  std::string out;
  for (std::size_t i = 0; i < names.size() && i < kNames; ++i) out += (i > 0 ? ", `" : "`") + names[i] + "`";
  if (names.size() > kNames) out += " and " + count_text(names.size() - kNames) + " more";
  return out;
}

/// "2 errors", "1 note", "3 lost".
std::string name_of_mark(Mark::Kind kind, std::ptrdiff_t count) {
  constexpr std::array kNames{"", "trail", "note", "warning", "error", "changed", "frozen", "lost", "added"};
  const bool is_noun = kind == Mark::Kind::note || kind == Mark::Kind::warning || kind == Mark::Kind::error;
  return count_text(static_cast<std::size_t>(count)) + " " + kNames[static_cast<std::size_t>(kind)] +
         (is_noun && count != 1 ? "s" : "");
}

/// An arrow is on the way to what was found, or lost with what it leads to or comes from.
Mark::Kind mark_of_arrow(Mark::Kind source, Mark::Kind target) {
  if (source == Mark::Kind::lost || target == Mark::Kind::lost) return Mark::Kind::lost;
  if (source >= Mark::Kind::changed || target >= Mark::Kind::changed) return Mark::Kind::none;
  const Mark::Kind both = std::min(source, target);
  return both == Mark::Kind::note ? Mark::Kind::none : both;  // two notes are not on the way to anything
}

FunctionId function_of(const Graph& graph, const Mark& mark) {
  const NodeId node = mark.node || !mark.value ? mark.node : graph.defining_node(mark.value);
  if (node) return graph[graph[node].parent].function;
  if (!mark.value || graph[mark.value].def != Value::Def::block) return {};
  return graph[BlockId{graph[mark.value].owner}].function;
}

/// The functions to draw, in file order.
std::vector<FunctionId> chosen_functions(const Graph& graph, const RenderOptions& options) {
  std::vector<bool> chosen(graph.functions().size(), false);
  std::vector<std::string> names;
  FunctionId main;
  for (FunctionId function : graph.functions()) {
    const std::string_view name = graph[graph[function].name];
    names.emplace_back(name);
    if (!options.function.empty() && name == options.function) chosen[function.raw] = true;
    if (!main || (name == "forward" && graph[graph[main].name] != "forward")) main = function;
  }
  if (!options.function.empty() && std::ranges::find(chosen, true) == chosen.end()) {
    throw InputError("no function `" + options.function + "` in the model; it has " + name_list(names));
  }
  const auto choose_homes = [&](const std::vector<NodeId>& nodes) {
    for (NodeId node : nodes) chosen[graph[graph[node].parent].function.raw] = true;
  };
  if (!options.focus.empty() || !options.path_from.empty()) {
    if (options.function.empty()) {
      choose_homes(options.focus);
      choose_homes(options.path_from);
    }
  } else if (options.function.empty() && main) {
    chosen[main.raw] = true;
    for (const Mark& mark : options.marks) {
      if (const FunctionId function = function_of(graph, mark)) chosen[function.raw] = true;
    }
  }
  std::vector<FunctionId> out;
  for (FunctionId function : graph.functions()) {
    if (chosen[function.raw]) out.push_back(function);
  }
  return out;
}

class Maker {
 public:
  Maker(const Graph& graph, const RenderOptions& options, const Detail& detail)
      : graph_(graph),
        options_(options),
        detail_(detail),
        functions_(chosen_functions(graph, options)),
        absorbed_(make_absorbed()),
        outline_(make_outline(graph, functions_, absorbed_)) {}

  View make();

 private:
  Absorbed make_absorbed();
  void focus();
  std::uint32_t radius() const {
    return options_.radius == RenderOptions::kReadable ? detail_.radius : options_.radius;
  }
  std::vector<std::uint32_t> entries_of(const std::vector<NodeId>& nodes, std::string_view what) const;
  void mark_entries();
  void fold_entries();
  bool is_about_findings() const;
  std::vector<bool> attached_nodes() const;
  std::vector<Mark::Kind> shown_marks() const;
  void add_items(const ItemText& text);
  void add_stubs();
  DrawnPlaces drawn_places() const;
  void add_mark_rows(Item& item, const Piece& piece) const;
  void add_frames(const ItemText& text);
  void add_arrows(const ItemText& text);
  Arrow merged(std::span<const std::uint32_t> links, const ItemText& text) const;
  void add_notes();
  std::uint32_t span_of(const Piece& piece) const;
  std::string title() const;

  const Graph& graph_;
  const RenderOptions& options_;
  Detail detail_;
  std::vector<FunctionId> functions_;
  std::vector<Mark::Kind> node_marks_;   ///< by NodeId
  std::vector<Mark::Kind> value_marks_;  ///< by ValueId; not of results, whose nodes are marked
  Absorbed absorbed_;
  Outline outline_;
  std::vector<Mark::Kind> marks_;                   ///< by entry
  std::vector<std::vector<const Mark*>> messages_;  ///< marks with one, by entry
  std::vector<Piece> pieces_;
  std::vector<std::uint32_t> item_of_;        ///< by entry
  std::vector<std::uint32_t> frame_of_span_;  ///< by span; the nearest frame that is drawn
  std::size_t operations_ = 0;                ///< before a focus
  View view_;
};

/// Whatever is pointed at is drawn, so it must not vanish inside its users.
Absorbed Maker::make_absorbed() {
  node_marks_.assign(graph_.all_nodes().size(), Mark::Kind::none);
  value_marks_.assign(graph_.all_values().size(), Mark::Kind::none);
  std::vector<bool> keep_nodes(node_marks_.size(), false);
  std::vector<bool> keep_values(value_marks_.size(), false);
  for (const Mark& mark : options_.marks) {
    const NodeId node = mark.node || !mark.value ? mark.node : graph_.defining_node(mark.value);
    if (node) {
      node_marks_[node.raw] = std::max(node_marks_[node.raw], mark.kind);
      keep_nodes[node.raw] = true;
    } else if (mark.value) {
      value_marks_[mark.value.raw] = std::max(value_marks_[mark.value.raw], mark.kind);
      keep_values[mark.value.raw] = true;
    }
  }
  for (const auto* nodes : {&options_.path_from, &options_.path_to}) {
    for (NodeId node : *nodes) keep_nodes[node.raw] = true;
  }
  // Of a module or a line, what is drawn inside of its users stays there.
  if (options_.focus.size() == 1) keep_nodes[options_.focus[0].raw] = true;
  return {graph_, keep_nodes, keep_values};
}

void Maker::focus() {
  operations_ = operation_count(outline_, {.first = 0, .last = static_cast<std::uint32_t>(outline_.entries.size())});
  if (!options_.focus.empty()) {
    outline_ = neighbourhood(outline_, entries_of(options_.focus, "to focus on"), radius());
  }
  if (options_.path_from.empty()) return;
  Outline ways = ways_between(outline_, entries_of(options_.path_from, "that the path starts from"),
                              entries_of(options_.path_to, "that the path leads to"));
  if (ways.entries.empty()) throw InputError("no path leads from the one to the other");
  outline_ = std::move(ways);
}

std::vector<std::uint32_t> Maker::entries_of(const std::vector<NodeId>& nodes, std::string_view what) const {
  std::vector<bool> wanted(graph_.all_nodes().size(), false);
  for (NodeId node : nodes) wanted[node.raw] = true;
  std::vector<std::uint32_t> entries;
  for (std::uint32_t i = 0; i < outline_.entries.size(); ++i) {
    const Entry& entry = outline_.entries[i];
    if (entry.kind == Entry::Kind::node && wanted[entry.node.raw]) entries.push_back(i);
  }
  if (entries.empty()) throw InputError("the node " + std::string(what) + " is not in the function that is drawn");
  return entries;
}

void Maker::mark_entries() {
  marks_.assign(outline_.entries.size(), Mark::Kind::none);
  messages_.resize(outline_.entries.size());
  std::vector<std::vector<const Mark*>> by_node(options_.marks.empty() ? 0 : graph_.all_nodes().size());
  for (const Mark& mark : options_.marks) {
    const NodeId node = mark.node || !mark.value ? mark.node : graph_.defining_node(mark.value);
    if (node && !mark.message.empty()) by_node[node.raw].push_back(&mark);
  }
  for (std::size_t i = 0; i < outline_.entries.size(); ++i) {
    const Entry& entry = outline_.entries[i];
    if (entry.kind == Entry::Kind::node) {
      marks_[i] = node_marks_[entry.node.raw];
      if (!by_node.empty()) messages_[i] = by_node[entry.node.raw];
    } else if (entry.value && entry.kind != Entry::Kind::output) {
      marks_[i] = value_marks_[entry.value.raw];
    }
  }
}

void Maker::fold_entries() {
  FoldLimits limits{.depth = options_.depth, .readable = detail_.pieces};
  if (options_.max_nodes > 0) limits.pieces = options_.max_nodes;
  limits.marked_only = options_.overlay.other != nullptr || is_about_findings();
  if (limits.marked_only && limits.pieces > 0) limits.pieces = std::min(limits.pieces, detail_.marked);
  const auto repeats = options_.max_nodes == 0
                           ? std::vector<std::vector<std::uint32_t>>{}  // nothing is folded
                           : repeated_modules(outline_, hashes_of_modules(graph_, absorbed_, outline_), kFewestRepeats);
  pieces_ = fold(graph_, outline_, limits.marked_only ? shown_marks() : marks_, repeats, limits);
  item_of_.resize(outline_.entries.size());
  for (std::uint32_t item = 0; item < pieces_.size(); ++item) {
    for (std::uint32_t entry = pieces_[item].first; entry < pieces_[item].last; ++entry) item_of_[entry] = item;
  }
}

/// Nodes that what only the other graph has is connected with.
std::vector<bool> Maker::attached_nodes() const {
  std::vector<bool> attached(graph_.all_nodes().size(), false);
  if (options_.overlay.added.empty()) return attached;
  const Graph& other = *options_.overlay.other;
  const auto attach = [&](NodeId node) {
    const NodeId counterpart = node ? options_.overlay.counterparts[node.raw] : NodeId{};
    if (counterpart) attached[counterpart.raw] = true;
  };
  for (NodeId node : options_.overlay.added) {
    for (ValueId operand : other[other[node].operands]) attach(operand ? other.defining_node(operand) : NodeId{});
    for (ValueId result : other[other[node].results]) {
      if (!result) continue;
      for (const Use& use : other.uses(result)) attach(use.user);
    }
  }
  return attached;
}

/// A picture too large to be read at a glance, with something in it that matters.
bool Maker::is_about_findings() const {
  if (options_.depth != RenderOptions::kReadable || options_.max_nodes == 0) return false;
  if (outline_.entries.size() <= kReadablePieces) return false;
  return std::ranges::any_of(marks_,
                             [](Mark::Kind mark) { return mark == Mark::Kind::warning || mark == Mark::Kind::error; });
}

/// What stays open where the rest is folded: what is marked, a few of its neighbours, which say where it belongs,
/// inputs and outputs. Notes, trails, and what is lost and says nothing may be folded with their like.
std::vector<Mark::Kind> Maker::shown_marks() const {
  const std::vector<bool> attached = attached_nodes();
  std::vector<Mark::Kind> marks = marks_;
  std::vector<bool> speaks(marks.size(), false);
  for (std::size_t i = 0; i < marks.size(); ++i) {
    const Entry& entry = outline_.entries[i];
    const bool is_end = entry.kind == Entry::Kind::input || entry.kind == Entry::Kind::output;
    speaks[i] = std::ranges::any_of(
        messages_[i], [](const Mark* mark) { return mark->kind > Mark::Kind::note && mark->message != kLost; });
    const bool is_quiet = entry.kind == Entry::Kind::node && messages_[i].empty();  // told of another box
    if (marks[i] <= Mark::Kind::note || is_quiet) marks[i] = Mark::Kind::none;
    if (speaks[i] || is_end || (entry.node && attached[entry.node.raw])) marks[i] = Mark::Kind::changed;
  }
  std::vector<std::uint32_t> shown(marks.size(), 0);
  for (const Link& link : outline_.links) {
    const auto show = [&](std::uint32_t near, std::uint32_t far) {
      if (!speaks[near] || marks[far] != Mark::Kind::none || shown[near] >= detail_.neighbours) return;
      ++shown[near];
      marks[far] = Mark::Kind::trail;
    };
    show(link.from, link.to);
    show(link.to, link.from);
  }
  return marks;
}

std::uint32_t Maker::span_of(const Piece& piece) const {
  return piece.span == kNowhere ? outline_.entries[piece.first].span : outline_.spans[piece.span].parent;
}

void Maker::add_items(const ItemText& text) {
  for (const Piece& piece : pieces_) {
    Item item = text.item(piece);
    item.mark = *std::max_element(marks_.begin() + piece.first, marks_.begin() + piece.last);
    add_mark_rows(item, piece);
    // Of what two graphs have in common, less is said.
    if (options_.overlay.other != nullptr && item.folded > 0 && item.mark == Mark::Kind::none) {
      std::erase_if(item.rows, [](const Row& row) { return row.style == Row::Style::parameter; });
    }
    view_.items.push_back(std::move(item));
  }
}

void Maker::add_mark_rows(Item& item, const Piece& piece) const {
  if (item.folded > 0) {
    for (std::size_t kind = kMarkStyles.size(); kind-- > 1;) {
      const auto mark = static_cast<Mark::Kind>(kind);
      const auto count = std::count(marks_.begin() + piece.first, marks_.begin() + piece.last, mark);
      if (count == 0 || (mark == Mark::Kind::trail && item.mark != mark)) continue;
      const std::string text = mark == Mark::Kind::trail ? "part of a trail" : "holds " + name_of_mark(mark, count);
      item.rows.push_back({text, Row::Style::marked, mark});
    }
    return;
  }
  const Entry& entry = outline_.entries[piece.first];
  for (const Mark* mark : messages_[piece.first]) {
    item.tooltip += (item.tooltip.empty() ? "" : "\n") + mark->message;
    if (mark->kind == Mark::Kind::trail) continue;
    item.rows.push_back({shortened(mark->message, kMessage), Row::Style::marked, mark->kind});
  }
  if (item.mark == Mark::Kind::none || entry.kind != Entry::Kind::node) return;
  if (graph_[entry.node].blocks.count > 0) return;  // says where it stands anyway
  const std::string place = short_place(graph_, graph_[entry.node].loc);
  if (item.subtitle.empty()) item.subtitle = shortened(place, kName);
}

/// A box for what a focus leaves out on each side of another: "… 3 sources".
void Maker::add_stubs() {
  for (std::uint32_t i = 0; i < pieces_.size(); ++i) {
    std::size_t sources = 0;
    std::size_t users = 0;
    for (std::uint32_t entry = pieces_[i].first; entry < pieces_[i].last; ++entry) {
      sources += outline_.entries[entry].hidden_sources;
      users += outline_.entries[entry].hidden_users;
    }
    const auto add = [&](std::size_t count, std::string_view what, bool is_source) {
      if (count == 0) return;
      const auto stub = static_cast<std::uint32_t>(view_.items.size());
      Item item;
      item.category = Category::stub;
      item.title = "… " + count_text(count) + " " + std::string(what) + (count == 1 ? "" : "s");
      item.frame = view_.items[i].frame;
      view_.items.push_back(std::move(item));
      Arrow arrow;
      arrow.kind = Link::Kind::control;  // dashed: it stands for several
      arrow.from = is_source ? stub : i;
      arrow.to = is_source ? i : stub;
      view_.arrows.push_back(std::move(arrow));
    };
    add(sources, "source", true);
    add(users, "use", false);
  }
}

DrawnPlaces Maker::drawn_places() const {
  DrawnPlaces places;
  places.nodes.assign(graph_.all_nodes().size(), kNowhere);
  places.joins = places.nodes;
  for (std::size_t i = 0; i < outline_.entries.size(); ++i) {
    const Entry& entry = outline_.entries[i];
    const std::uint32_t item = item_of_[i];
    if (entry.kind == Entry::Kind::input) places.inputs.push_back(item);
    if (entry.kind == Entry::Kind::output) places.outputs.push_back(item);
    if (entry.kind == Entry::Kind::node) places.nodes[entry.node.raw] = item;
    if (entry.kind == Entry::Kind::join) places.joins[entry.node.raw] = item;
  }
  for (std::size_t node = 0; node < places.joins.size(); ++node) {
    if (places.joins[node] == kNowhere) places.joins[node] = places.nodes[node];
  }
  return places;
}

/// A module that holds one box needs no frame: the box says which module it is.
void Maker::add_frames(const ItemText& text) {
  std::vector<std::uint32_t> held(outline_.spans.size(), 0);
  for (const Piece& piece : pieces_) ++held[span_of(piece)];
  for (std::size_t span = outline_.spans.size(); span-- > 0;) {
    if (outline_.spans[span].parent != kNowhere) held[outline_.spans[span].parent] += held[span];
  }
  frame_of_span_.assign(outline_.spans.size(), kNowhere);
  for (std::size_t i = 0; i < outline_.spans.size(); ++i) {
    const Span& span = outline_.spans[i];
    const std::uint32_t parent = span.parent == kNowhere ? kNowhere : frame_of_span_[span.parent];
    frame_of_span_[i] = parent;
    const auto add = [&](Frame::Kind kind, std::string label, std::string path = {}) {
      frame_of_span_[i] = static_cast<std::uint32_t>(view_.frames.size());
      view_.frames.push_back({.kind = kind, .parent = parent, .label = std::move(label), .path = std::move(path)});
    };
    switch (span.kind) {
      case Span::Kind::function:
        if (functions_.size() > 1 && held[i] > 0) {
          add(Frame::Kind::function, shortened(graph_[graph_[span.function].name], kName));
        }
        break;
      case Span::Kind::module:
        if (held[i] > 1) add(Frame::Kind::module, text.module_label(span.scope), shortened(span.scope, kName * 2));
        break;
      case Span::Kind::block:
        if (held[i] > 0) add(Frame::Kind::block, text.block_label(span.block));
        break;
      case Span::Kind::control:
        break;
    }
  }
  for (std::size_t i = 0; i < pieces_.size(); ++i) {
    const std::uint32_t span = span_of(pieces_[i]);
    Item& item = view_.items[i];
    item.frame = frame_of_span_[span];
    if (item.folded > 0 || outline_.spans[span].kind != Span::Kind::module || held[span] != 1) continue;
    if (item.subtitle.empty()) item.subtitle = text.module_label(outline_.spans[span].scope);
  }
}

/// One arrow a value; between a folded box and another, one arrow for all values.
void Maker::add_arrows(const ItemText& text) {
  const auto key = [&](std::uint32_t i) {
    const Link& link = outline_.links[i];
    const std::uint32_t from = item_of_[link.from];
    const std::uint32_t to = item_of_[link.to];
    const bool folded = view_.items[from].folded > 0 || view_.items[to].folded > 0;
    return std::tuple(from, to, link.kind, folded ? ValueId{} : link.value);
  };
  std::vector<std::uint32_t> order;
  for (std::uint32_t i = 0; i < outline_.links.size(); ++i) {
    const Link& link = outline_.links[i];
    if (item_of_[link.from] != item_of_[link.to]) order.push_back(i);
  }
  std::ranges::stable_sort(order, {}, key);
  for (std::size_t first = 0; first < order.size();) {
    std::size_t last = first + 1;
    while (last < order.size() && key(order[last]) == key(order[first])) ++last;
    view_.arrows.push_back(merged(std::span(order).subspan(first, last - first), text));
    first = last;
  }
}

Arrow Maker::merged(std::span<const std::uint32_t> links, const ItemText& text) const {
  const Link& link = outline_.links[links[0]];
  Arrow arrow{.kind = link.kind, .from = item_of_[link.from], .to = item_of_[link.to]};
  std::vector<ValueId> values;
  Mark::Kind source = view_.items[arrow.from].mark;
  for (std::uint32_t i : links) {
    const ValueId value = outline_.links[i].value;
    if (!value) continue;
    values.push_back(value);
    source = std::max(source, value_marks_[value.raw]);
  }
  std::ranges::sort(values);
  values.erase(std::unique(values.begin(), values.end()), values.end());
  arrow.label = values.size() > 1 ? count_text(values.size()) + " values" : text.arrow_label(link);
  arrow.tooltip = text.arrow_tooltip(link);
  if (link.kind == Link::Kind::control && link.span != kNowhere) arrow.frame = frame_of_span_[link.span];
  if (link.kind == Link::Kind::data) arrow.mark = mark_of_arrow(source, view_.items[arrow.to].mark);
  // A box that holds something lost among others says so; what passes between such boxes may be kept.
  const auto is_lost = [&](std::uint32_t i) {
    return std::max(marks_[outline_.links[i].from], marks_[outline_.links[i].to]) == Mark::Kind::lost;
  };
  if (arrow.mark == Mark::Kind::lost && !std::ranges::all_of(links, is_lost)) arrow.mark = Mark::Kind::none;
  return arrow;
}

void Maker::add_notes() {
  std::vector<std::string> modules;
  std::vector<std::string> others;
  std::size_t module_operations = 0;
  std::size_t repeated = 0;
  std::size_t controls = 0;
  std::size_t runs = 0;
  std::size_t run_operations = 0;
  for (std::size_t i = 0; i < pieces_.size(); ++i) {
    const Piece& piece = pieces_[i];
    if (piece.is_run) ++runs, run_operations += operation_count(outline_, piece);
    if (piece.span == kNowhere) continue;
    const Span& span = outline_.spans[piece.span];
    if (span.kind == Span::Kind::control) ++controls;
    if (span.kind != Span::Kind::module) continue;
    if (piece.repeats > 1) repeated += piece.repeats;
    if (piece.repeats > 1) continue;
    modules.push_back(shortened(span.scope, kName));
    module_operations += operation_count(outline_, piece);
  }
  if (!modules.empty()) {
    const std::string count = count_text(module_operations) + (module_operations == 1 ? " operation" : " operations");
    view_.notes.push_back("folded " + count_text(modules.size()) + (modules.size() == 1 ? " module (" : " modules (") +
                          count + ") to one box each: " + name_list(modules));
  }
  if (repeated > 0) view_.notes.push_back("folded " + count_text(repeated) + " modules to one box for equal ones");
  if (controls > 0) {
    view_.notes.push_back("folded " + count_text(controls) +
                          (controls == 1 ? " branch or loop to one box" : " branches or loops to one box each"));
  }
  if (runs > 0) {
    view_.notes.push_back("folded " + count_text(run_operations) + " operations that follow each other to " +
                          count_text(runs) + (runs == 1 ? " box" : " boxes"));
  }
  const bool is_focused = !options_.focus.empty();
  if (is_focused || !options_.path_from.empty()) {
    const Piece all{.first = 0, .last = static_cast<std::uint32_t>(outline_.entries.size())};
    const std::string what =
        is_focused ? "at most " + std::to_string(radius()) + (radius() == 1 ? " arrow" : " arrows") + " from the focus"
                   : "on the way from the one to the other";
    view_.notes.push_back("shows " + count_text(operation_count(outline_, all)) + " of " + count_text(operations_) +
                          " operations: " + what);
  }
  for (FunctionId function : graph_.functions()) {
    if (std::ranges::find(functions_, function) != functions_.end()) continue;
    others.push_back(shortened(graph_[graph_[function].name], kName));
  }
  if (!others.empty()) view_.notes.push_back("not drawn: " + name_list(others));
  if (functions_.empty()) view_.notes.push_back("the model has no function or graph to draw");
}

std::string Maker::title() const {
  std::string out = shortened(options_.title, kName);
  if (functions_.size() != 1) return out;
  const Function& function = graph_[functions_[0]];
  const std::string name = shortened(graph_[function.name], kName);
  if (!name.empty()) out += (out.empty() ? "" : " · ") + name;
  if (function.origin != Function::Origin::unknown) out += " (" + std::string(name_of(function.origin)) + ")";
  return out;
}

View Maker::make() {
  focus();
  mark_entries();
  fold_entries();
  const ItemText text(graph_, absorbed_, outline_);
  view_.title = title();
  add_items(text);
  add_frames(text);
  add_arrows(text);
  add_stubs();
  if (options_.overlay.other != nullptr) add_overlay(view_, options_.overlay, drawn_places());
  add_notes();
  return std::move(view_);
}

}  // namespace

std::size_t layout_cost(const View& view) {
  // Arrows are sorted by the box they leave, and boxes by the file's order, so one pass finds almost every rank.
  std::vector<std::size_t> ranks(view.items.size(), 0);
  for (const Arrow& arrow : view.arrows) {
    if (arrow.from < arrow.to) ranks[arrow.to] = std::max(ranks[arrow.to], ranks[arrow.from] + 1);
  }
  std::size_t cost = 0;
  for (const Arrow& arrow : view.arrows) {
    const auto [low, high] = std::minmax(ranks[arrow.from], ranks[arrow.to]);
    cost += (high - low) * (arrow.label.empty() ? 1 : 2);
  }
  return cost;
}

View make_view(const Graph& graph, const RenderOptions& options, const Detail& detail) {
  if (options.max_nodes > 0 && options.max_nodes < RenderOptions::kFewestNodes) {
    throw InputError("at most " + std::to_string(options.max_nodes) + " nodes are asked for; the fewest is " +
                     std::to_string(RenderOptions::kFewestNodes) + ", and 0 means no limit");
  }
  View view = Maker(graph, options, detail).make();
  RenderOptions fewer = options;
  while (fewer.max_nodes > RenderOptions::kFewestNodes && layout_cost(view) > options.max_nodes * kCostPerNode) {
    const auto drawn = static_cast<std::uint32_t>(view.items.size());
    fewer.max_nodes = std::max(std::min(fewer.max_nodes, drawn) * 3 / 4, RenderOptions::kFewestNodes);
    view = Maker(graph, fewer, detail).make();
  }
  if (fewer.max_nodes != options.max_nodes) {
    view.notes.push_back("folded to fewer than " + std::to_string(options.max_nodes) +
                         " boxes, since their arrows would cross too often to be followed");
  }
  return view;
}

}  // namespace graphwitness::picture
