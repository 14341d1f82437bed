#pragma once
/// Rules over a TorchScript module and its export to ONNX. Internal to the library; run.h is what others call.

#include <span>
#include <vector>

#include "graphwitness/rules/rule.h"

namespace graphwitness {

/// Exactly one of the two is an ONNX model.
bool is_export_pair(const Graph& first, const Graph& second);

/// What the export lost, located in the module, and what the rules say of the export alone.
std::vector<Finding> run_rules_on_export(const Graph& first, const Graph& second, std::span<const Rule* const> rules,
                                         const RuleOptions& options);

}  // namespace graphwitness
