#pragma once
/// What the reports in text have in common.

#include <cstdint>
#include <string>
#include <string_view>

namespace graphwitness {

/// One line of what a model says, which may hold anything, also what steers a terminal.
std::string clean(std::string_view text);
/// "1 sample", "3 samples".
std::string counted(std::uint64_t count, std::string_view noun);
/// `code` is that of an ANSI terminal: "1;31" is bold red. Without `color` the text as it is.
std::string painted(bool color, std::string_view code, std::string_view text);

}  // namespace graphwitness
