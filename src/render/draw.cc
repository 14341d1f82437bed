#include "render/draw.h"

#include <gvc.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string_view>

#include "graphwitness/support/error.h"
#include "render/dot_text.h"
#include "render/ids.h"
#include "support/escape.h"

namespace graphwitness {
namespace picture {
namespace {

/// Minutes of layout.
constexpr std::size_t kMostLayoutCost = 30'000;

/// Graphviz takes `char*` for text that it only reads.
char* text_of(const char* text) { return const_cast<char*>(text); }

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

std::string lay_out(const View& view, std::string& text, PictureFormat format, const Messages& messages) {
  if (view.items.size() > kMostLaidOut) {
    messages.fail("the picture would have " + std::to_string(view.items.size()) + " boxes, at most " +
                  std::to_string(kMostLaidOut) + " can be laid out; use `--max-nodes`, or `-T dot`");
  }
  if (layout_cost(view) > kMostLayoutCost) {
    messages.fail("the arrows between " + std::to_string(view.items.size()) +
                  " boxes are too many to be laid out; use a smaller `--max-nodes`, or `-T dot`");
  }
  const GraphHandle graph(read_ordered(text));
  if (!graph) messages.fail("the picture cannot be laid out");
  GVC_t* const context = the_context();
  const std::string wanted = name_of(format);
  for (const auto& [kind, name] : {std::pair{"layout", std::string("dot")}, std::pair{"device", wanted}}) {
    if (!has_plugin(context, kind, name)) {
      messages.fail("this Graphviz has no " + std::string(kind) + " plug-in for `" + name +
                    "`; install its plug-ins, or use `-T dot`");
    }
  }
  if (gvLayout(context, graph.get(), "dot") != 0) messages.fail("the picture cannot be laid out");
  char* data = nullptr;
  unsigned int size = 0;
  const bool failed = gvRenderData(context, graph.get(), wanted.c_str(), &data, &size) != 0;
  std::string bytes = failed ? "" : std::string(data, size);
  if (!failed) gvFreeRenderData(data);
  gvFreeLayout(context, graph.get());
  if (failed) messages.fail("the picture cannot be written as " + wanted);
  if (format == PictureFormat::pdf) remove_date(bytes);
  return bytes;
}

}  // namespace

std::string draw(const View& view, PictureFormat format, std::vector<std::string>& remarks) {
  std::string text = dot_text(view);
  if (format == PictureFormat::dot) return text;
  const Messages messages;
  std::string bytes = lay_out(view, text, format, messages);
  messages.check("the picture is incomplete", remarks);
  return bytes;
}

}  // namespace picture

std::string graphviz_version() { return gvcVersion(picture::the_context()); }

}  // namespace graphwitness
