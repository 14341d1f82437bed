#pragma once
/// What a traced graph alone tells that it has lost: constants where the model computed.
///
/// Limits: a number that was read off a tensor looks as any other number, so that without the Python source only such
/// constants are named that nobody writes: captured tensors, limits of dtypes, sizes in recorded derivatives,
/// arithmetic on sizes in float32, casts that `*_like` made; and what the recorded stack shows, hooks and loops over
/// tensors.

#include "graphwitness/rules/rule.h"

namespace graphwitness {

/// The node was recorded by tracing, and is not scripted code that a trace calls.
bool is_recorded(const Graph& graph, NodeId node);

/// Some method of the graph was recorded.
bool has_recording(const Graph& graph);

/// torch.jit.freeze made the archive: attributes are constants by design, so that a constant tensor says nothing.
bool is_frozen(const Graph& graph);

// The traced halves of rules; each does nothing on a graph without recorded code.
void report_recorded_tensors(RuleContext& context);     ///< frozen-tensor
void report_recorded_shapes(RuleContext& context);      ///< frozen-shape
void report_recorded_dtypes(RuleContext& context);      ///< frozen-dtype
void report_recorded_devices(RuleContext& context);     ///< frozen-device
void report_recorded_branches(RuleContext& context);    ///< data-dependent-branch
void report_recorded_hooks(RuleContext& context);       ///< state-dependent-branch
void report_recorded_iterations(RuleContext& context);  ///< shape-dependent-loop

}  // namespace graphwitness
