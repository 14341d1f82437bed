#include "cli/start/explain.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "cli/start/options.h"
#include "cli/start/output.h"
#include "rules/pages/pages.h"
#include "support/suggest.h"

namespace graphwitness {
namespace {

std::string_view page_of(std::string_view rule) {
  if (const std::string_view page = rule_page(rule); !page.empty()) return page;
  const auto pages = rule_pages();
  std::vector<std::string_view> rules(pages.size());
  std::ranges::transform(pages, rules.begin(), &RulePage::rule);
  unknown_rule(rule, rules);
}

}  // namespace

void unknown_rule(std::string_view name, std::span<const std::string_view> rules) {
  const std::string meant = did_you_mean(name, rules);
  throw UsageError(
      fmt::format("unknown rule `{}`{}", name, meant.empty() ? "; `graphwitness rules` lists them" : meant));
}

int run_explain(const Command& self, Invocation& call) {
  std::vector<std::string> names;
  OutputOptions output_options;
  Options options(self, names);
  options.add_output(output_options);
  if (!options.parse(call)) return exit_done;
  if (names.size() != 1) throw UsageError(fmt::format("{} rules named, expected one", names.size()));

  Output output(call, output_options);
  output.stream() << page_of(names.front());
  output.finish();
  return exit_done;
}

}  // namespace graphwitness
