#include "graphwitness/report/inspect.h"

#include <fmt/format.h>

#include <array>
#include <boost/program_options/value_semantic.hpp>

#include "cli/commands.h"
#include "cli/load_options.h"
#include "cli/remarks.h"
#include "cli/start/options.h"
#include "cli/start/output.h"
#include "graphwitness/frontends/load.h"
#include "graphwitness/ir/text.h"

namespace graphwitness {
namespace {

namespace po = boost::program_options;

}  // namespace

int run_inspect(const Command& self, Invocation& call) {
  std::vector<std::string> models;
  OutputOptions output_options;
  LoadFlags load;
  InspectTextOptions text;
  bool as_graph = false;
  Options options(self, models);
  options.add()("graph", po::bool_switch(&as_graph), "print the whole graph as IR text, which can be read back");
  options.add()("depth", po::value(&text.depth)->value_name("N"), "levels of modules to show (default 2)");
  options.add()("ops", po::value(&text.operations)->value_name("N"), "kinds of operations to show (default 20)");
  options.add()("format", po::value(&output_options.format)->value_name("FORMAT"), "text (default) or json");
  add_load_options(options, load, false);
  options.add_output(output_options);
  if (!options.parse(call)) return exit_done;
  require_one_of("--format", output_options.format, std::array<std::string_view, 2>{"text", "json"});
  if (as_graph && output_options.format != "text") throw UsageError("`--graph` prints IR text, found `--format json`");
  if (models.size() != 1) throw UsageError(fmt::format("{} models named, expected one", models.size()));

  Output output(call, output_options);
  const Graph graph = load_model(models.front(), load_options(load));
  if (as_graph) {
    output.stream() << print(graph);
  } else if (output_options.format == "json") {
    write_inspection_json(output.stream(), inspect(graph, models.front()));
  } else {
    text.color = output.color();
    write_inspection_text(output.stream(), inspect(graph, models.front()), text);
  }
  output.finish();

  if (output_options.quiet) return exit_done;
  Remarks remarks;
  remarks.add_from(models.front(), graph);
  remarks.print(call.err);
  return exit_done;
}

}  // namespace graphwitness
