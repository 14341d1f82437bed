#include <array>

#include "cli/command.h"

namespace graphwitness {

extern const Command kInspectCommand;
extern const Command kCheckCommand;
extern const Command kCompareCommand;
extern const Command kRenderCommand;
extern const Command kRulesCommand;
extern const Command kExplainCommand;

namespace {

constexpr std::array kCommands{&kInspectCommand, &kCheckCommand, &kCompareCommand,
                               &kRenderCommand,  &kRulesCommand, &kExplainCommand};

}  // namespace

std::span<const Command* const> all_commands() { return kCommands; }

}  // namespace graphwitness
