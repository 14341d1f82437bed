#include "graphwitness/render/render.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/program_options/value_semantic.hpp>
#include <unordered_map>

#include "cli/command.h"
#include "cli/load_options.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/remarks.h"
#include "cli/rule_names.h"
#include "graphwitness/frontends/load.h"
#include "graphwitness/ir/text.h"
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
  bool findings = false;
};

bool parse(const Command& self, const Invocation& call, Chosen& chosen) {
  Options options(self, chosen.models);
  options.add()("type,T", po::value(&chosen.format)->value_name("TYPE"), "dot (default), svg, png or pdf");
  options.add()("depth", po::value(&chosen.render.depth)->value_name("N"),
                "levels of modules to draw open; deeper ones are one box each");
  options.add()("max-nodes", po::value(&chosen.render.max_nodes)->value_name("N"),
                "fold to at most N nodes (default 150; 0: no limit)");
  options.add()("function", po::value(&chosen.render.function)->value_name("NAME"),
                "the method or graph to draw (default: forward, or the first)");
  options.add()("focus", po::value(&chosen.focus)->value_name("NODE"),
                "draw what is near this node: its name, or a result such as %7");
  options.add()("radius", po::value(&chosen.render.radius)->value_name("N"), "how near, in arrows (default 3)");
  options.add()("findings", po::bool_switch(&chosen.findings), "paint what `check` reports, and the trail to it");
  add_load_options(options, chosen.load, false);
  options.add_output(chosen.output);
  if (!options.parse(call)) return false;

  require_one_of("--type", chosen.format, kFormats);
  if (chosen.models.size() != 1) throw UsageError(fmt::format("{} models named, expected one", chosen.models.size()));
  const auto format = std::ranges::find(kFormats, chosen.format) - kFormats.begin();
  chosen.render.format = static_cast<PictureFormat>(format);
  const bool binary = chosen.render.format == PictureFormat::png || chosen.render.format == PictureFormat::pdf;
  if (binary && chosen.output.file.empty() && isatty(STDOUT_FILENO) == 1) {
    throw UsageError(fmt::format("a {} cannot be shown on a terminal; name a file with `-o`", chosen.format));
  }
  return true;
}

/// By the label of a result ("%7", with or without the sign) or by the node's own name.
NodeId node_named(const Graph& graph, std::string_view function, std::string_view name) {
  const ValueLabels labels(graph);
  for (const NodeId node : graph.all_nodes()) {
    const Function& home = graph[graph[graph[node].parent].function];
    if (!function.empty() && graph[home.name] != function) continue;
    if (!name.empty() && graph[graph[node].name] == name) return node;
    for (const ValueId result : graph[graph[node].results]) {
      if (!result) continue;
      const std::string_view label = labels[result];
      if (label == name || label.substr(label.empty() ? 0 : 1) == name) return node;
    }
  }
  throw InputError(fmt::format("no node `{}` in the model; `graphwitness inspect --graph` lists them", name));
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

std::vector<Mark> marks_of(const Graph& graph) {
  const auto params = labelled_params(graph);
  std::vector<Mark> marks;
  for (const Finding& finding : run_rules(graph, chosen_rules("", ""), {})) {
    if (finding.node_id) {
      marks.push_back({.node = finding.node_id, .message = fmt::format("{}: {}", finding.rule, finding.message)});
    }
    for (const TrailStep& step : finding.trail) {
      Mark mark{.kind = Mark::Kind::trail, .node = step.node_id, .message = step.message};
      if (const auto param = params.find(step.node); !mark.node && param != params.end()) mark.value = param->second;
      if (mark.node || mark.value) marks.push_back(std::move(mark));
    }
  }
  return marks;
}

int run(const Command& self, Invocation& call) {
  Chosen chosen;
  if (!parse(self, call, chosen)) return exit_done;
  Output output(call, chosen.output);
  const std::string& path = chosen.models.front();
  const Graph graph = load_model(path, load_options(chosen.load));
  chosen.render.title = path.substr(path.rfind('/') + 1);
  if (!chosen.focus.empty()) chosen.render.focus = node_named(graph, chosen.render.function, chosen.focus);
  if (chosen.findings) chosen.render.marks = marks_of(graph);

  const Picture picture = render(graph, chosen.render);
  output.stream() << picture.bytes;
  output.finish();
  if (chosen.output.quiet) return exit_done;
  Remarks remarks;
  remarks.add_from(path, graph);
  for (const std::string& remark : picture.remarks) remarks.add(path, remark);
  remarks.print(call.err);
  return exit_done;
}

}  // namespace

extern constinit const Command render_command{"render", "draw a model as DOT, SVG, PNG or PDF", "[OPTIONS] MODEL",
                                              "graphwitness render -T svg --findings -o model.svg model.pt", run};

}  // namespace graphwitness
