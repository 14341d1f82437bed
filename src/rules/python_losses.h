#pragma once
/// Reports what the Python source at hand tells that a recording lost, under the name of one rule.

#include <string_view>

#include "graphwitness/rules/rule.h"

namespace graphwitness {

/// Does nothing on a graph without recorded code, or where no source is at hand.
void report_python_losses(RuleContext& context, std::string_view rule);

}  // namespace graphwitness
