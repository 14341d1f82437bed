#pragma once
/// The whole of `compare`: inputs made or read, every model run, candidates held against the reference.
///
/// Limits: TorchScript models, on the CPU. A sample on which both sides raise an error counts as agreeing, whatever the
/// errors say. A model that raises on every sample is an error, since nothing was compared.

#include <string>
#include <vector>

#include "exec/compare/tolerance.h"
#include "exec/inputs/samples.h"
#include "exec/workers.h"
#include "graphwitness/findings/comparison.h"

namespace graphwitness::exec {

struct CompareOptions {
  std::string method = "forward";
  InputOptions inputs{};
  ChosenTolerance tolerance{};
  WorkerLimits limits{};
};

/// Throws InputError when there are no inputs. What becomes of a model is in the report.
ComparisonReport compare_models(const std::string& reference, const std::vector<std::string>& candidates,
                                const CompareOptions& options);

}  // namespace graphwitness::exec
