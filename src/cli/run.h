#pragma once
/// The whole program but for `main`, so that tests can call it.

#include <ostream>
#include <span>
#include <string_view>

namespace graphwitness {

/// Runs the command line without the program's name; returns the exit status (0, 1 or 2).
int run_command_line(std::span<const std::string_view> arguments, std::ostream& out, std::ostream& err);

}  // namespace graphwitness
