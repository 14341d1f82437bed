#pragma once
/// The comment that silences a rule on one line of Python: `# graphwitness: ignore[rule, other-rule] because of this`.
///
/// It belongs to the statement that it stands behind, all lines of it.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace graphwitness::gate {

struct IgnoreComment {
  std::uint32_t line = 0;        ///< where it stands
  std::uint32_t first_line = 0;  ///< of the statement
  std::uint32_t last_line = 0;
  std::vector<std::string> rules{};  ///< as written; empty: the comment names none, and silences nothing
  std::string reason{};              ///< what follows the bracket
};

/// In the order of lines. `first_line` is the number of the text's first line.
std::vector<IgnoreComment> ignore_comments(std::string_view python, std::uint32_t first_line = 1);

}  // namespace graphwitness::gate
