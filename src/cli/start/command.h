#pragma once
/// What a command is called and what --help says of it. The table in command_table.cc is the help text and the list
/// that misspelt names are held against; it knows none of the commands' code.

#include <ostream>
#include <span>
#include <string>
#include <string_view>

namespace graphwitness {

enum ExitStatus : int { exit_done = 0, exit_findings = 1, exit_error = 2 };

/// What one call of the program was given, and where it writes.
struct Invocation {
  std::span<const std::string_view> arguments;  ///< after the command's name
  std::ostream& out;
  std::ostream& err;
};

struct Command {
  std::string_view name;
  std::string_view summary;  ///< one line
  std::string_view usage;    ///< what follows the name: "[OPTIONS] MODEL"
  std::string_view example;  ///< shown by --help
};

/// A command's code; returns the exit status. Throws InputError and UsageError.
using RunCommand = int (*)(const Command& self, Invocation& call);

/// In the order of the help text.
std::span<const Command> all_commands();

}  // namespace graphwitness
