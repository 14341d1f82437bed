#include <array>

#include "cli/command.h"

namespace graphwitness {

extern const Command inspect_command;
extern const Command check_command;
extern const Command compare_command;
extern const Command verify_command;
extern const Command bench_command;
extern const Command diff_command;
extern const Command render_command;
extern const Command rules_command;
extern const Command explain_command;

namespace {

constexpr std::array kCommands{&inspect_command, &check_command,  &compare_command, &verify_command, &bench_command,
                               &diff_command,    &render_command, &rules_command,   &explain_command};

}  // namespace

std::span<const Command* const> all_commands() { return kCommands; }

}  // namespace graphwitness
