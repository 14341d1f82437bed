#pragma once
/// Names in messages.

#include <string>
#include <string_view>

namespace graphwitness {

/// As code: between backticks.
inline std::string quote(std::string_view text) { return "`" + std::string(text) + "`"; }

}  // namespace graphwitness
