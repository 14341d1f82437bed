#pragma once
/// Where tracing a scripted graph would turn a size, a rank, a dtype or a device into a constant: the scripted half of
/// the rules `frozen-...`. What freezes was measured with the tracer, operator by operator.

#include "graphwitness/rules/rule.h"

namespace graphwitness {

void report_would_freeze_shape(RuleContext& context);
void report_would_freeze_dtype(RuleContext& context);
void report_would_freeze_device(RuleContext& context);
/// Tensors that are neither parameter nor buffer.
void report_would_freeze_tensor(RuleContext& context);

}  // namespace graphwitness
