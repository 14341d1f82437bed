#include "graphwitness/render/render.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/program_options/value_semantic.hpp>
#include <unordered_map>

#include "cli/commands.h"
#include "cli/diff_picture.h"
#include "cli/focus.h"
#include "cli/load_options.h"
#include "cli/remarks.h"
#include "cli/rule_names.h"
#include "cli/start/options.h"
#include "cli/start/output.h"
#include "graphwitness/frontends/load.h"
#include "graphwitness/ir/text.h"
#include "graphwitness/support/error.h"
#include "rules/run.h"

namespace graphwitness {
namespace {

namespace po = boost::program_options;

constexpr std::array<std::string_view, 4> kFormats{"dot", "svg", "png", "pdf"};  // in the order of PictureFormat

struct Chosen {
  std::vector<std::string> models;
  OutputOptions output;
  LoadFlags load;
  RenderOptions render;
  std::string format = "dot";
  std::string focus;
  std::vector<std::string> path;
  std::string diff;
  bool findings = false;
};

bool parse(const Command& self, const Invocation& call, Chosen& chosen) {
  Options options(self, chosen.models);
  options.add()("type,T", po::value(&chosen.format)->value_name("TYPE"), "dot (default), svg, png or pdf");
  options.add()("depth", po::value(&chosen.render.depth)->value_name("N"),
                "levels of modules to draw open; deeper ones are one box each (default: as many as stay readable)");
  options.add()("max-nodes", po::value(&chosen.render.max_nodes)->value_name("N"),
                "fold to at most N nodes (default 150; 0: no limit)");
  options.add()("function", po::value(&chosen.render.function)->value_name("NAME"),
                "the method or graph to draw (default: forward, or the first)");
  options.add()("focus", po::value(&chosen.focus)->value_name("NODE|MODULE|FILE:LINE"),
                "draw what is near a node (its name, or a result such as %7), a module or a line of Python");
  options.add()("radius", po::value(&chosen.render.radius)->value_name("N"),
                "how near, in arrows (default: 3, or what fits a screen)");
  options.add()("path", po::value(&chosen.path)->multitoken()->value_name("FROM TO"),
                "draw only what is on the way from one node, module or line to another");
  options.add()("diff", po::value(&chosen.diff)->value_name("OTHER"),
                "draw what OTHER lost, froze, changed or added; what both have is folded");
  options.add()("findings", po::bool_switch(&chosen.findings), "paint what `check` reports, and the trail to it");
  add_load_options(options, chosen.load, false);
  options.add_output(chosen.output);
  if (!options.parse(call)) return false;

  require_one_of("--type", chosen.format, kFormats);
  if (!chosen.path.empty() && chosen.models.empty() && chosen.path.size() == 3) {
    chosen.models.push_back(chosen.path.back());  // "--path FROM TO MODEL"
    chosen.path.pop_back();
  }
  if (!chosen.path.empty() && chosen.path.size() != 2) {
    throw UsageError(fmt::format("`--path` names {} places, expected two", chosen.path.size()));
  }
  if (!chosen.diff.empty() && chosen.findings) throw UsageError("`--diff` and `--findings` paint the same boxes");
  if (chosen.models.size() != 1) throw UsageError(fmt::format("{} models named, expected one", chosen.models.size()));
  const auto format = std::ranges::find(kFormats, chosen.format) - kFormats.begin();
  chosen.render.format = static_cast<PictureFormat>(format);
  const bool binary = chosen.render.format == PictureFormat::png || chosen.render.format == PictureFormat::pdf;
  if (binary && chosen.output.file.empty() && isatty(STDOUT_FILENO) == 1) {
    throw UsageError(fmt::format("a {} cannot be shown on a terminal; name a file with `-o`", chosen.format));
  }
  return true;
}

/// Values that are no results, by label: the inputs that trails start from.
std::unordered_map<std::string, ValueId> labelled_params(const Graph& graph) {
  const ValueLabels labels(graph);
  std::unordered_map<std::string, ValueId> params;
  for (const ValueId value : graph.all_values()) {
    if (graph[value].def == Value::Def::block) params.emplace(labels[value], value);
  }
  return params;
}

Mark::Kind kind_of(Severity severity) {
  switch (severity) {
    case Severity::error:
      return Mark::Kind::error;
    case Severity::warning:
      return Mark::Kind::warning;
    case Severity::note:
      break;
  }
  return Mark::Kind::note;
}

std::vector<Mark> marks_of(const Graph& graph) {
  const auto params = labelled_params(graph);
  std::vector<Mark> marks;
  for (const Finding& finding : run_rules(graph, chosen_rules("", ""), {})) {
    if (finding.node_id) {
      marks.push_back({.kind = kind_of(finding.severity),
                       .node = finding.node_id,
                       .message = fmt::format("{}: {}", finding.rule, finding.message)});
    }
    for (const TrailStep& step : finding.trail) {
      Mark mark{.kind = Mark::Kind::trail, .node = step.node_id, .message = step.message};
      if (const auto param = params.find(step.node); !mark.node && param != params.end()) mark.value = param->second;
      if (mark.node || mark.value) marks.push_back(std::move(mark));
    }
  }
  return marks;
}

void set_focus(Chosen& chosen, const Graph& graph) {
  const std::string& function = chosen.render.function;
  if (!chosen.focus.empty()) chosen.render.focus = nodes_named(graph, function, chosen.focus);
  if (chosen.path.empty()) return;
  chosen.render.path_from = nodes_named(graph, function, chosen.path[0]);
  chosen.render.path_to = nodes_named(graph, function, chosen.path[1]);
}

void draw(const Chosen& chosen, const std::string& path, const Graph& graph, Output& output, const Invocation& call) {
  const Picture picture = render(graph, chosen.render);
  output.stream() << picture.bytes;
  output.finish();
  if (chosen.output.quiet) return;
  Remarks remarks;
  remarks.add_from(path, graph);
  for (const std::string& remark : picture.remarks) remarks.add(path, remark);
  remarks.print(call.err);
}

/// Both are loaded side by side.
int draw_diff(Chosen& chosen, Output& output, const Invocation& call) {
  ModelLoader loader({chosen.models.front(), chosen.diff}, load_options(chosen.load));
  const LoadedModel first = *loader.next();
  const LoadedModel second = *loader.next();
  for (const LoadedModel* model : {&first, &second}) {
    if (!model->graph) throw InputError(model->error);
  }
  const GraphDiff diff = diff_graphs(*first.graph, *second.graph, chosen_rules("", ""));
  const LoadedModel& left = diff.is_swapped ? second : first;
  const LoadedModel& right = diff.is_swapped ? first : second;
  set_focus(chosen, *left.graph);
  chosen.render.title = fmt::format("{} against {}", left.path.substr(left.path.rfind('/') + 1),
                                    right.path.substr(right.path.rfind('/') + 1));
  mark_changes(chosen.render, diff, *left.graph, *right.graph);
  draw(chosen, left.path, *left.graph, output, call);
  return exit_done;
}

}  // namespace

int run_render(const Command& self, Invocation& call) {
  Chosen chosen;
  if (!parse(self, call, chosen)) return exit_done;
  Output output(call, chosen.output);
  const std::string& path = chosen.models.front();
  chosen.render.title = path.substr(path.rfind('/') + 1);
  if (!chosen.diff.empty()) return draw_diff(chosen, output, call);
  const Graph graph = load_model(path, load_options(chosen.load));
  set_focus(chosen, graph);
  if (chosen.findings) chosen.render.marks = marks_of(graph);
  draw(chosen, path, graph, output, call);
  return exit_done;
}

}  // namespace graphwitness
