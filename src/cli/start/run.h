#pragma once
/// The command line: help, versions, the choice of a command, and what becomes of errors.

#include <ostream>
#include <span>
#include <string_view>

#include "cli/start/command.h"

namespace graphwitness {

/// Runs the command line without the program's name; returns the exit status (0, 1 or 2). `explain` is answered here,
/// every other command by `run_other`.
int run_command_line(std::span<const std::string_view> arguments, std::ostream& out, std::ostream& err,
                     RunCommand run_other);

}  // namespace graphwitness
