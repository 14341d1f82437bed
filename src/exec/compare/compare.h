#pragma once
/// The whole of `compare`: inputs made or read, every model run, candidates held against the reference.
///
/// Limits: a sample on which both sides raise an error counts as agreeing, whatever the
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
  std::string expected{};  ///< `--expected`: what the reference returned; "": the first model is the reference
  Device device = Device::cpu;
  bool sequence = false;  ///< the samples are one call after the other; see RunRequest
  std::vector<Carry> carried{};
  std::vector<Context> contexts{};
  std::string write_inputs{};  ///< where to write the inputs to; "": nowhere
  ChosenTolerance tolerance{};
  WorkerLimits limits{};
};

/// Throws InputError when there are no inputs. What becomes of a model is in the report. With expected outputs all
/// models are candidates, `reference` too, and may be "" when there is none but those.
ComparisonReport compare_models(const std::string& reference, const std::vector<std::string>& candidates,
                                const CompareOptions& options);

}  // namespace graphwitness::exec
