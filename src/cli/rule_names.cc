#include "cli/rule_names.h"

#include <algorithm>

#include "cli/start/explain.h"
#include "cli/start/options.h"
#include "rules/registry.h"

namespace graphwitness {
namespace {

const Rule& rule_named(std::string_view name) {
  if (const Rule* rule = find_rule(name)) return *rule;
  std::vector<std::string_view> ids;
  for (const Rule* rule : all_rules()) ids.push_back(rule->id);
  unknown_rule(name, ids);
}

}  // namespace

std::vector<const Rule*> chosen_rules(std::string_view select, std::string_view ignore) {
  const auto all = all_rules();
  std::vector<const Rule*> chosen;
  for (const std::string& name : split_list(select)) chosen.push_back(&rule_named(name));
  if (select.empty()) chosen.assign(all.begin(), all.end());
  for (const std::string& name : split_list(ignore)) std::erase(chosen, &rule_named(name));
  std::ranges::sort(chosen, {}, [](const Rule* rule) { return rule->id; });
  chosen.erase(std::unique(chosen.begin(), chosen.end()), chosen.end());
  return chosen;
}

}  // namespace graphwitness
