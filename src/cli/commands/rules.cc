#include <fmt/format.h>

#include <algorithm>
#include <boost/program_options/value_semantic.hpp>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/start/options.h"
#include "cli/start/output.h"
#include "rules/registry.h"

namespace graphwitness {
namespace {

void write_text_list(std::ostream& out) {
  std::size_t width = 0;
  for (const Rule* rule : all_rules()) width = std::max(width, rule->id.size());
  for (const Rule* rule : all_rules()) out << fmt::format("{:<{}}  {}\n", rule->id, width, rule->summary);
}

void write_json_list(std::ostream& out) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const Rule* rule : all_rules()) list.push_back({{"rule", rule->id}, {"summary", rule->summary}});
  out << nlohmann::ordered_json{{"version", 1}, {"rules", list}}.dump(2) << '\n';
}

}  // namespace

int run_rules(const Command& self, Invocation& call) {
  std::vector<std::string> extra;
  OutputOptions output_options;
  Options options(self, extra);
  options.add()("format", boost::program_options::value(&output_options.format)->value_name("FORMAT"),
                "text (default) or json");
  options.add_output(output_options);
  if (!options.parse(call)) return exit_done;
  if (!extra.empty()) throw UsageError(fmt::format("`{}` is one argument too many", extra.front()));
  constexpr std::array<std::string_view, 2> kFormats{"text", "json"};
  require_one_of("--format", output_options.format, kFormats);

  Output output(call, output_options);
  output_options.format == "json" ? write_json_list(output.stream()) : write_text_list(output.stream());
  output.finish();
  return exit_done;
}

}  // namespace graphwitness
