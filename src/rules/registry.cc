#include "rules/registry.h"

#include <algorithm>

namespace graphwitness {

const Rule* find_rule(std::string_view id) {
  const auto rules = all_rules();
  const auto found = std::ranges::find(rules, id, &Rule::id);
  return found == rules.end() ? nullptr : *found;
}

}  // namespace graphwitness
