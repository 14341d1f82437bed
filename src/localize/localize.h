#pragma once
/// `compare --localize`: the first operation at which two models part, on one input.
///
/// Both are run once more, operation by operation; of what each computes a sketch is kept. Limits: what the sketches
/// cannot tell apart is found one operation late; differences that rounding alone makes have no first operation.

#include <string>

#include "exec/messages.h"
#include "exec/workers.h"
#include "graphwitness/findings/comparison.h"
#include "localize/execution.h"

namespace graphwitness::localize {

struct Parting {
  std::optional<FirstOperation> operation{};
  std::string why_not{};  ///< one line; "" where there is an operation
};

/// The request has one sample.
Parting localize(const std::string& reference, const std::string& candidate, const exec::RunRequest& request,
                 const exec::WorkerLimits& limits);

/// Of executions that were watched.
Parting part(Execution& reference, Execution& candidate, bool same_format);

}  // namespace graphwitness::localize
