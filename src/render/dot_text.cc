#include "render/dot_text.h"

#include <initializer_list>
#include <string_view>
#include <utility>
#include <vector>

#include "render/label_html.h"
#include "render/style.h"
#include "support/escape.h"

namespace graphwitness::picture {
namespace {

using Pairs = std::initializer_list<std::pair<std::string_view, std::string_view>>;

class Writer {
 public:
  explicit Writer(const View& view) : view_(view), inside_(view.frames.size()), boxes_(view.frames.size()) {}

  std::string write() &&;

 private:
  void add_defaults();
  void add_item(std::size_t i);
  void add_style(const Item& item);
  void add_frames();
  void open_frame(std::uint32_t i);
  void add_arrow(const Arrow& arrow);

  /// Values hold no quotes: they are ours, or went through escape_dot_string().
  void add(std::string_view name, std::string_view value) {
    begin(name);
    text_.append("\"").append(value).append("\"");
  }
  void add_html(std::string_view name, std::string_view value) {
    begin(name);
    text_.append("<").append(value).append(">");
  }
  void add(const Pairs& pairs) {
    for (const auto& [name, value] : pairs) add(name, value);
  }
  void begin(std::string_view name) {
    text_.append(is_first_ ? "" : ", ").append(name).append("=");
    is_first_ = false;
  }
  void open(std::string_view what) {
    text_.append(what).append(" [");
    is_first_ = true;
  }
  void close() { text_ += "];\n"; }
  void append_number(std::string_view prefix, std::size_t number) {
    text_.append(prefix).append(std::to_string(number));
  }

  const View& view_;
  std::vector<std::vector<std::uint32_t>> inside_;  ///< by frame: the frames right in it
  std::vector<std::vector<std::uint32_t>> boxes_;   ///< by frame: the items right in it
  std::string text_;
  bool is_first_ = true;
};

void Writer::add_defaults() {
  const Pairs all{{"fontname", kFont}, {"label", ""}, {"penwidth", "1"}, {"fillcolor", "#ffffff"}};
  open("graph");
  add(all);
  add({{"fontcolor", kText}, {"fontsize", "12"}, {"tooltip", ""}, {"style", ""}});
  add({{"rankdir", "TB"},
       {"compound", "true"},
       {"nodesep", "0.25"},
       {"ranksep", "0.25"},
       {"labelloc", "t"},
       {"labeljust", "l"},
       {"bgcolor", "#ffffff"},
       {"pencolor", "#c3c9cf"},
       {"pad", "0.15"}});
  close();
  open("node");
  add(all);
  add({{"fontcolor", kText}, {"fontsize", "12"}, {"tooltip", " "}, {"peripheries", "1"}, {"style", "filled"}});
  add({{"shape", "box"}, {"color", "#8a939c"}, {"margin", "0.08,0.04"}, {"height", "0.25"}, {"width", "0.4"}});
  close();
  open("edge");
  add({{"fontname", kFont},
       {"fontcolor", kFaint},
       {"fontsize", "8"},
       {"label", ""},
       {"tooltip", " "},
       {"penwidth", "1"}});
  add({{"color", kArrow}, {"arrowsize", "0.6"}, {"style", "solid"}});
  close();
}

void Writer::add_item(std::size_t i) {
  const Item& item = view_.items[i];
  append_number("n", i);
  open("");
  add_html("label", item_label(item));
  add_style(item);
  if (!item.tooltip.empty()) add("tooltip", escape_dot_string(item.tooltip));
  close();
}

/// What is as in add_defaults() is not repeated.
void Writer::add_style(const Item& item) {
  const CategoryStyle& style = style_of(item.category);
  const std::string_view base = style.style;
  if (item.folded > 0) {
    add({{"shape", "box3d"}, {"margin", "0.1,0.07"}});
  } else if (style.shape != std::string_view("box")) {
    add("shape", style.shape);
  }
  if (item.category == Category::stub || item.category == Category::jump) add("height", "0");
  if (item.category == Category::jump) add("margin", "0.04,0.01");
  add("fillcolor", style.fill);
  if (item.mark == Mark::Kind::none) {
    add("color", style.border);
    if (base != "filled") add("style", base);
    return;
  }
  const MarkStyle& mark = style_of(item.mark);
  const bool is_solid = base.empty() || mark.border == std::string_view("solid");
  add("style", is_solid ? std::string(base) : std::string(base).append(",").append(mark.border));
  add({{"color", mark.color}, {"penwidth", mark.pen_width}, {"peripheries", mark.peripheries}});
}

void Writer::open_frame(std::uint32_t i) {
  const Frame& frame = view_.frames[i];
  append_number("subgraph cluster_", i);
  text_ += " {\n";
  open("graph");
  add_html("label", frame_label(frame));
  if (frame.kind == Frame::Kind::block) {
    add({{"style", "rounded,filled"}, {"fillcolor", "#faf6fc"}, {"pencolor", "#b598c6"}});
  } else {
    add({{"style", "rounded"}, {"pencolor", frame.kind == Frame::Kind::function ? "#5b8db8" : "#c3c9cf"}});
  }
  close();
  for (std::uint32_t item : boxes_[i]) {
    append_number("n", item);
    text_ += "; ";
  }
  text_ += "\n";
}

void Writer::add_frames() {
  for (std::uint32_t i = 0; i < view_.items.size(); ++i) {
    if (view_.items[i].frame != kNowhere) boxes_[view_.items[i].frame].push_back(i);
  }
  std::vector<std::pair<std::uint32_t, std::size_t>> stack;  // frames that are open, and how many in them are done
  for (std::uint32_t i = 0; i < view_.frames.size(); ++i) {
    if (view_.frames[i].parent != kNowhere) inside_[view_.frames[i].parent].push_back(i);
  }
  for (std::uint32_t root = 0; root < view_.frames.size(); ++root) {
    if (view_.frames[root].parent != kNowhere) continue;
    open_frame(root);
    stack.emplace_back(root, 0);
    while (!stack.empty()) {
      auto& [frame, done] = stack.back();
      if (done == inside_[frame].size()) {
        text_ += "}\n";
        stack.pop_back();
        continue;
      }
      const std::uint32_t next = inside_[frame][done++];
      open_frame(next);
      stack.emplace_back(next, 0);
    }
  }
}

void Writer::add_arrow(const Arrow& arrow) {
  append_number("n", arrow.from);
  append_number(" -> n", arrow.to);
  open("");
  if (arrow.kind == Link::Kind::back) {
    add({{"constraint", "false"}, {"label", " again"}});
  } else if (!arrow.label.empty()) {
    add("label", std::string(" ").append(escape_dot_string(arrow.label)));
  }
  if (!arrow.tooltip.empty()) add("tooltip", escape_dot_string(arrow.tooltip));
  if (arrow.kind != Link::Kind::data || arrow.mark == Mark::Kind::lost) add("style", "dashed");
  if (arrow.frame != kNowhere) {
    begin("lhead");
    append_number("cluster_", arrow.frame);
  }
  if (arrow.mark != Mark::Kind::none) add({{"color", style_of(arrow.mark).color}, {"penwidth", "2"}});
  close();
}

std::string Writer::write() && {
  text_ = "digraph graphwitness {\n";
  add_defaults();
  // All boxes before the frames: what is named first stands left.
  for (std::size_t i = 0; i < view_.items.size(); ++i) add_item(i);
  add_frames();
  for (const Arrow& arrow : view_.arrows) add_arrow(arrow);
  // Last, for what is said of a graph holds for the frames that follow.
  text_.append("label=<").append(heading_label(view_)).append(">;\n}\n");
  return std::move(text_);
}

}  // namespace

std::string dot_text(const View& view) { return Writer(view).write(); }

}  // namespace graphwitness::picture
