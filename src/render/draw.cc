#include "render/draw.h"

#include <gvc.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string_view>

#include "graphwitness/support/error.h"
#include "render/ids.h"
#include "render/label_html.h"
#include "render/style.h"
#include "support/escape.h"

namespace graphwitness {
namespace picture {
namespace {

/// Minutes of layout.
constexpr std::size_t kMostLayoutCost = 30'000;

/// Graphviz takes `char*` for text that it only reads.
char* text_of(const char* text) { return const_cast<char*>(text); }
char* text_of(const std::string& text) { return text_of(text.c_str()); }

/// "n12". Appended, since GCC 12 warns of an overlap in `"n" + std::to_string(12)` that is not there.
std::string numbered(const char* prefix, std::size_t number) {
  return std::string(prefix).append(std::to_string(number));
}

/// What Graphviz says, while it lives: warnings become remarks, an error is thrown. Nothing reaches stderr.
class Messages {
 public:
  Messages() : previous_(agseterrf(collect)) {
    said().clear();
    agreseterrors();
  }
  ~Messages() { agseterrf(previous_); }
  Messages(const Messages&) = delete;
  Messages& operator=(const Messages&) = delete;

  [[noreturn]] void fail(const std::string& what) const {
    const std::string said = one_line();
    throw InputError(what + (said.empty() ? "" : "; Graphviz says: " + said));
  }
  /// Throws after an error; hands over the warnings.
  void check(const std::string& what, std::vector<std::string>& remarks) const {
    if (agerrors() >= AGERR) fail(what);
    if (!said().empty()) remarks.push_back("Graphviz says: " + one_line());
  }

 private:
  static int collect(char* text) {
    said() += text;
    return 0;
  }
  static std::string one_line() {
    std::string out = printable(said());
    std::ranges::replace(out, '\n', ' ');
    while (out.ends_with(' ')) out.pop_back();
    return shortened(out, 400);
  }

  /// What Graphviz has said so far; its hook takes no argument of ours.
  static std::string& said() {
    static std::string text;
    return text;
  }

  agusererrf previous_;
};

struct CloseGraph {
  void operator()(Agraph_t* graph) const { agclose(graph); }
};
using GraphHandle = std::unique_ptr<Agraph_t, CloseGraph>;

/// The view as a cgraph graph.
class Canvas {
 public:
  explicit Canvas(const View& view) : view_(view), graph_(open_ordered("graphwitness")) {}

  GraphHandle draw() &&;

 private:
  void set_defaults();
  void add_frames();
  void add_items();
  void add_arrows();
  Agnode_t* add_box(Agraph_t* where, const std::string& name, const std::string& label);

  void set(void* object, const char* name, const std::string& value) {
    agsafeset(object, text_of(name), text_of(value), text_of(""));
  }
  void set_html(void* object, const char* name, const std::string& value) {
    char* html = agstrdup_html(graph_.get(), text_of(value));
    agsafeset(object, text_of(name), html, text_of(""));
    agstrfree(graph_.get(), html);
  }
  void set_default(int kind, const char* name, const char* value) {
    agattr(graph_.get(), kind, text_of(name), text_of(value));
  }

  const View& view_;
  GraphHandle graph_;
  std::vector<Agraph_t*> frames_;
  std::vector<Agnode_t*> items_;
};

void Canvas::set_defaults() {
  for (const int kind : {AGRAPH, AGNODE, AGEDGE}) {
    set_default(kind, "fontname", kFont);
    set_default(kind, "fontcolor", kText);
    set_default(kind, "fontsize", kind == AGEDGE ? "8" : "12");
    set_default(kind, "label", "");
    set_default(kind, "tooltip", kind == AGRAPH ? "" : " ");
    set_default(kind, "penwidth", "1");
    if (kind == AGNODE) set_default(kind, "peripheries", "1");
  }
  for (const int kind : {AGRAPH, AGNODE}) {
    set_default(kind, "style", kind == AGNODE ? "filled" : "");
    set_default(kind, "fillcolor", "#ffffff");
  }
  set_default(AGRAPH, "rankdir", "TB");
  set_default(AGRAPH, "compound", "true");
  set_default(AGRAPH, "nodesep", "0.25");
  set_default(AGRAPH, "ranksep", "0.25");
  set_default(AGRAPH, "labelloc", "t");
  set_default(AGRAPH, "labeljust", "l");
  set_default(AGRAPH, "bgcolor", "#ffffff");
  set_default(AGRAPH, "pencolor", "#c3c9cf");
  set_default(AGRAPH, "pad", "0.15");
  set_default(AGNODE, "shape", "box");
  set_default(AGNODE, "color", "#8a939c");
  set_default(AGNODE, "margin", "0.08,0.04");
  set_default(AGNODE, "height", "0.25");
  set_default(AGNODE, "width", "0.4");
  set_default(AGEDGE, "color", kArrow);
  set_default(AGEDGE, "arrowsize", "0.6");
  set_default(AGEDGE, "style", "solid");
  agattr(graph_.get(), AGEDGE, text_of("fontcolor"), text_of(kFaint));
}

void Canvas::add_frames() {
  for (std::size_t i = 0; i < view_.frames.size(); ++i) {
    const Frame& frame = view_.frames[i];
    Agraph_t* parent = frame.parent == kNowhere ? graph_.get() : frames_[frame.parent];
    Agraph_t* cluster = agsubg(parent, text_of(numbered("cluster_", i)), 1);
    frames_.push_back(cluster);
    set_html(cluster, "label", frame_label(frame));
    if (frame.kind == Frame::Kind::block) {
      set(cluster, "style", "rounded,filled");
      set(cluster, "fillcolor", "#faf6fc");
      set(cluster, "pencolor", "#b598c6");
    } else {
      set(cluster, "style", "rounded");
      set(cluster, "pencolor", frame.kind == Frame::Kind::function ? "#5b8db8" : "#c3c9cf");
    }
  }
}

Agnode_t* Canvas::add_box(Agraph_t* where, const std::string& name, const std::string& label) {
  Agnode_t* node = agnode(where, text_of(name), 1);
  set_html(node, "label", label);
  return node;
}

void Canvas::add_items() {
  for (std::size_t i = 0; i < view_.items.size(); ++i) {
    const Item& item = view_.items[i];
    Agraph_t* where = item.frame == kNowhere ? graph_.get() : frames_[item.frame];
    Agnode_t* node = add_box(where, numbered("n", i), item_label(item));
    items_.push_back(node);
    const CategoryStyle& style = style_of(item.category);
    set(node, "shape", item.folded > 0 ? "box3d" : style.shape);
    if (item.folded > 0) set(node, "margin", "0.1,0.07");
    set(node, "style", style.style);
    set(node, "fillcolor", style.fill);
    set(node, "color", style.border);
    if (!item.tooltip.empty()) set(node, "tooltip", escape_dot_string(item.tooltip));
    if (item.category == Category::stub || item.category == Category::jump) set(node, "height", "0");
    if (item.category == Category::jump) set(node, "margin", "0.04,0.01");
    if (item.mark == Mark::Kind::none) continue;
    const MarkStyle& mark = style_of(item.mark);
    const std::string base = style.style;
    set(node, "style", base.empty() || mark.border == std::string_view("solid") ? base : base + "," + mark.border);
    set(node, "color", mark.color);
    set(node, "penwidth", mark.pen_width);
    set(node, "peripheries", mark.peripheries);
  }
}

void Canvas::add_arrows() {
  for (const Arrow& arrow : view_.arrows) {
    Agedge_t* edge = agedge(graph_.get(), items_[arrow.from], items_[arrow.to], nullptr, 1);
    if (!arrow.label.empty()) set(edge, "label", std::string(" ").append(escape_dot_string(arrow.label)));
    if (!arrow.tooltip.empty()) set(edge, "tooltip", escape_dot_string(arrow.tooltip));
    if (arrow.kind != Link::Kind::data) set(edge, "style", "dashed");
    if (arrow.kind == Link::Kind::back) {
      set(edge, "constraint", "false");
      set(edge, "label", " again");
    }
    if (arrow.frame != kNowhere) set(edge, "lhead", numbered("cluster_", arrow.frame));
    if (arrow.mark == Mark::Kind::none) continue;
    set(edge, "color", style_of(arrow.mark).color);
    set(edge, "penwidth", "2");
    if (arrow.mark == Mark::Kind::lost) set(edge, "style", "dashed");
  }
}

GraphHandle Canvas::draw() && {
  set_defaults();
  set_html(graph_.get(), "label", heading_label(view_));
  add_frames();
  add_items();
  add_arrows();
  return std::move(graph_);
}

std::string write_dot(Agraph_t* graph, const Messages& messages) {
  char* data = nullptr;
  std::size_t size = 0;
  FILE* memory = open_memstream(&data, &size);
  if (!memory) messages.fail("no memory for the picture");
  const bool failed = agwrite(graph, memory) != 0;
  std::fclose(memory);
  const std::unique_ptr<char, decltype(&std::free)> owned(data, &std::free);
  if (failed) messages.fail("the picture cannot be written as DOT");
  return {data, size};
}

struct FreeContext {
  void operator()(GVC_t* context) const { gvFreeContext(context); }
};

/// One for the process: the plug-in for fonts remembers the last font it saw, in memory of the context that it came
/// with.
GVC_t* the_context() {
  static const std::unique_ptr<GVC_t, FreeContext> context(gvContext());
  return context.get();
}

const char* name_of(PictureFormat format) {
  switch (format) {
    case PictureFormat::dot:
      return "dot";
    case PictureFormat::svg:
      return "svg";
    case PictureFormat::png:
      return "png";
    case PictureFormat::pdf:
      return "pdf";
  }
  return "";
}

/// Plug-ins are separate files, found when asked for: without them a picture can only be DOT.
bool has_plugin(GVC_t* context, const char* kind, std::string_view name) {
  int count = 0;
  char** names = gvPluginList(context, text_of(kind), &count, nullptr);
  bool found = false;
  for (int i = 0; i < count; ++i) {
    found = found || name == names[i];
    std::free(names[i]);
  }
  std::free(names);
  return found;
}

/// The time at which a PDF was written would make equal pictures differ; blanks keep its offsets right.
void remove_date(std::string& pdf) {
  constexpr std::string_view kKey = "/CreationDate (";
  const std::size_t at = pdf.find(kKey);
  if (at == std::string::npos) return;
  const std::size_t end = pdf.find(')', at);
  if (end == std::string::npos) return;
  std::fill(pdf.begin() + static_cast<std::ptrdiff_t>(at), pdf.begin() + static_cast<std::ptrdiff_t>(end + 1), ' ');
}

std::string lay_out(const View& view, Agraph_t* graph, PictureFormat format, const Messages& messages) {
  if (view.items.size() > kMostLaidOut) {
    messages.fail("the picture would have " + std::to_string(view.items.size()) + " boxes, at most " +
                  std::to_string(kMostLaidOut) + " can be laid out; use `--max-nodes`, or `-T dot`");
  }
  if (layout_cost(view) > kMostLayoutCost) {
    messages.fail("the arrows between " + std::to_string(view.items.size()) +
                  " boxes are too many to be laid out; use a smaller `--max-nodes`, or `-T dot`");
  }
  GVC_t* const context = the_context();
  const std::string wanted = name_of(format);
  for (const auto& [kind, name] : {std::pair{"layout", std::string("dot")}, std::pair{"device", wanted}}) {
    if (!has_plugin(context, kind, name)) {
      messages.fail("this Graphviz has no " + std::string(kind) + " plug-in for `" + name +
                    "`; install its plug-ins, or use `-T dot`");
    }
  }
  if (gvLayout(context, graph, "dot") != 0) messages.fail("the picture cannot be laid out");
  char* data = nullptr;
  unsigned int size = 0;
  const bool failed = gvRenderData(context, graph, wanted.c_str(), &data, &size) != 0;
  std::string bytes = failed ? "" : std::string(data, size);
  if (!failed) gvFreeRenderData(data);
  gvFreeLayout(context, graph);
  if (failed) messages.fail("the picture cannot be written as " + wanted);
  if (format == PictureFormat::pdf) remove_date(bytes);
  return bytes;
}

}  // namespace

std::string draw(const View& view, PictureFormat format, std::vector<std::string>& remarks) {
  const Messages messages;
  const GraphHandle graph = Canvas(view).draw();
  std::string bytes =
      format == PictureFormat::dot ? write_dot(graph.get(), messages) : lay_out(view, graph.get(), format, messages);
  messages.check("the picture is incomplete", remarks);
  return bytes;
}

}  // namespace picture

std::string graphviz_version() { return gvcVersion(picture::the_context()); }

}  // namespace graphwitness
