#include "graphwitness/diff/diff.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/program_options/value_semantic.hpp>
#include <optional>

#include "cli/commands.h"
#include "cli/diff_picture.h"
#include "cli/load_options.h"
#include "cli/remarks.h"
#include "cli/rule_names.h"
#include "cli/start/options.h"
#include "cli/start/output.h"
#include "graphwitness/frontends/load.h"
#include "graphwitness/render/render.h"
#include "graphwitness/report/diff.h"

namespace graphwitness {
namespace {

namespace po = boost::program_options;

constexpr std::array<std::string_view, 4> kPictures{"dot", "svg", "png", "pdf"};  // in the order of PictureFormat

struct Chosen {
  std::vector<std::string> models;
  OutputOptions output;
  LoadFlags load;
  std::string source_root;
  std::string picture;
  bool all = false;
};

bool parse(const Command& self, const Invocation& call, Chosen& chosen) {
  Options options(self, chosen.models);
  options.add()("all", po::bool_switch(&chosen.all), "show also what is by design or harmless");
  options.add()("type,T", po::value(&chosen.picture)->value_name("TYPE"),
                "draw a picture instead: dot, svg, png or pdf; `render --diff` has more options");
  options.add()("format", po::value(&chosen.output.format)->value_name("FORMAT"), "text (default) or json");
  options.add()(
      "source-root", po::value(&chosen.source_root)->value_name("DIR"),
      "the folder that holds the Python sources: recorded paths are looked for in it and shown relative to it");
  add_load_options(options, chosen.load, true);
  options.add_output(chosen.output);
  if (!options.parse(call)) return false;

  require_one_of("--format", chosen.output.format, std::array<std::string_view, 2>{"text", "json"});
  if (!chosen.picture.empty()) require_one_of("--type", chosen.picture, kPictures);
  if (chosen.models.size() != 2) throw UsageError(fmt::format("{} models named, expected two", chosen.models.size()));
  return true;
}

/// "forward scripted, encode traced"
std::string kind_of(const Graph& graph) {
  constexpr std::size_t kMostMethods = 4;
  if (graph.format() == Format::onnx) return "";
  std::string text;
  for (const FunctionId function : graph.functions()) {
    if (function.raw == kMostMethods) return text + ", …";
    text +=
        fmt::format("{}{} {}", text.empty() ? "" : ", ", graph[graph[function].name], name_of(graph[function].origin));
  }
  return text;
}

DiffSide side_of(const LoadedModel& model) {
  return {model.path, std::string(name_of(model.format)), model.graph ? kind_of(*model.graph) : ""};
}

std::string draw(const Chosen& chosen, const GraphDiff& diff, const LoadedModel& left, const LoadedModel& right) {
  RenderOptions options;
  const auto format = std::ranges::find(kPictures, chosen.picture) - kPictures.begin();
  options.format = static_cast<PictureFormat>(format);
  options.title = fmt::format("{} against {}", left.path.substr(left.path.rfind('/') + 1),
                              right.path.substr(right.path.rfind('/') + 1));
  mark_changes(options, diff, *left.graph, *right.graph);
  return render(*left.graph, options).bytes;
}

/// `picture` receives the bytes of one, when it is asked for.
DiffReport diff_models(const Chosen& chosen, const LoadedModel& first, const LoadedModel& second,
                       std::string& picture) {
  DiffReport report{.left = side_of(first), .right = side_of(second), .error = {}, .counts = {}, .changes = {}};
  report.error = first.error.empty() ? second.error : first.error;
  if (!first.graph || !second.graph) return report;
  GraphDiff diff = diff_graphs(*first.graph, *second.graph, chosen_rules("", ""), chosen.source_root);
  if (diff.is_swapped) std::swap(report.left, report.right);
  if (!chosen.picture.empty()) {
    picture = diff.is_swapped ? draw(chosen, diff, second, first) : draw(chosen, diff, first, second);
  }
  report.counts = diff.counts;
  report.changes = std::move(diff.changes);
  if (!chosen.source_root.empty()) map_sources(report, chosen.source_root);
  add_source_lines(report, chosen.source_root);
  return report;
}

}  // namespace

int run_diff(const Command& self, Invocation& call) {
  Chosen chosen;
  if (!parse(self, call, chosen)) return exit_done;
  Output output(call, chosen.output);
  // Both are loaded side by side.
  ModelLoader loader(chosen.models, load_options(chosen.load));
  const LoadedModel first = *loader.next();
  const LoadedModel second = *loader.next();
  std::string picture;
  const DiffReport report = diff_models(chosen, first, second, picture);
  if (!chosen.picture.empty()) {
    output.stream() << picture;
  } else if (chosen.output.format == "json") {
    write_diff_json(output.stream(), report);
  } else if (report.error.empty()) {
    write_diff_text(output.stream(), report,
                    {.color = output.color(), .summary = !chosen.output.quiet, .shows_minor = chosen.all});
  }
  output.finish();
  for (const LoadedModel* model : {&first, &second}) {
    if (!model->error.empty()) call.err << fmt::format("error: {}\n", model->error);
  }
  if (!report.error.empty()) return exit_error;
  if (!chosen.output.quiet) {
    Remarks remarks;
    for (const LoadedModel* model : {&first, &second}) remarks.add_from_loader(model->path, *model->graph);
    remarks.print(call.err);
  }
  return count_changes(report) > 0 ? exit_findings : exit_done;
}

}  // namespace graphwitness
