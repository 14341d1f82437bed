#include <fmt/format.h>

#include "cli/command.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/rule_names.h"
#include "rules/registry.h"

namespace graphwitness {
namespace {

int run(const Command& self, Invocation& call) {
  std::vector<std::string> names;
  OutputOptions output_options;
  Options options(self, names);
  options.add_output(output_options);
  if (!options.parse(call)) return exit_done;
  if (names.size() != 1) throw UsageError(fmt::format("{} rules named, expected one", names.size()));

  Output output(call, output_options);
  output.stream() << rule_page(rule_named(names.front()).id);
  output.finish();
  return exit_done;
}

}  // namespace

extern constinit const Command explain_command{"explain",
                                               "print a rule's page: what it finds, why it matters, how to fix it",
                                               "RULE", "graphwitness explain data-dependent-branch", run};

}  // namespace graphwitness
