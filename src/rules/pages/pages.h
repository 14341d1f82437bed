#pragma once
/// The pages of the rules as text in the program, apart from the rules' code. Written from docs/rules/ when the build
/// is configured, which makes sure that each rule has one.

#include <span>
#include <string_view>

namespace graphwitness {

struct RulePage {
  std::string_view rule;  ///< its id
  std::string_view text;  ///< Markdown
};

/// Sorted by rule.
std::span<const RulePage> rule_pages();
/// The rule's page; "" when there is no rule of that id.
std::string_view rule_page(std::string_view id);

}  // namespace graphwitness
