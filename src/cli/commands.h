#pragma once
/// The commands that read models, by name.

#include "cli/start/command.h"

namespace graphwitness {

int run_inspect(const Command& self, Invocation& call);
int run_check(const Command& self, Invocation& call);
int run_compare(const Command& self, Invocation& call);
int run_verify(const Command& self, Invocation& call);
int run_bench(const Command& self, Invocation& call);
int run_diff(const Command& self, Invocation& call);
int run_render(const Command& self, Invocation& call);
int run_rules(const Command& self, Invocation& call);

/// Runs the one of the above that `self` names.
int run_model_command(const Command& self, Invocation& call);

}  // namespace graphwitness
