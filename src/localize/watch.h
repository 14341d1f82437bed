#pragma once
/// Watches a model do its work, in a worker, operation by operation.

#include <string>

#include "exec/messages.h"
#include "exec/workers.h"
#include "localize/execution.h"

namespace graphwitness::localize {

/// Runs the first sample of the request. What cannot be watched says so in Execution::error.
///
/// Limits of ONNX: an `If` or `Loop` is one operation; a model with functions of its own cannot be watched.
Execution watch(const std::string& path, const exec::RunRequest& request, const exec::WorkerLimits& limits);

/// Reads the constants that an operation uses, where they are still in the file.
void read_constants(Execution& execution, const Operation& operation);

}  // namespace graphwitness::localize
