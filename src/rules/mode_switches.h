#pragma once
/// Code that switches a mode or asks for one: `with torch.no_grad()`, `torch.jit.is_tracing()`, layers that train.

#include "graphwitness/rules/rule.h"

namespace graphwitness {

/// `with torch.no_grad()` and autocast inside the model: a trace records what they did to the operations, not them.
void report_mode_switches(RuleContext& context);

/// Tests that come out differently while tracing; the script compiler folds them, so they are found in the text.
void report_tracing_tests(RuleContext& context);

}  // namespace graphwitness
