#pragma once
/// What two models returned from one call, output by output, whatever the two formats make of outputs.
///
/// ONNX has a flat list of named outputs. Exporting lays nested tuples, lists and dicts flat, drops None, and makes
/// tensors of numbers; so that is what is done here to the other side, before a difference in structure is reported.

#include <string>
#include <vector>

#include "exec/compare/structure.h"
#include "exec/messages.h"

namespace graphwitness::exec {

/// Outputs have the names that the reference gives them.
std::vector<Leaf> compare_outputs(const SampleResult& reference, const SampleResult& candidate,
                                  const ChosenTolerance& tolerance);

}  // namespace graphwitness::exec
