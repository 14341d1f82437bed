#include "rules/pages/pages.h"

#include <algorithm>

namespace graphwitness {

std::string_view rule_page(std::string_view id) {
  const auto pages = rule_pages();
  const auto found = std::ranges::find(pages, id, &RulePage::rule);
  return found == pages.end() ? std::string_view() : found->text;
}

}  // namespace graphwitness
