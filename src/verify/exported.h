#pragma once
/// An ONNX model beside the two archives that it came from, and the step that is to blame where they part: capture (the
/// trace does not compute what the script does), export (the ONNX graph does not compute what the trace does), or
/// runtime (ONNX Runtime's optimiser does not compute what the graph says).
///
/// Limits: a graph is what ONNX Runtime makes of it without optimising, so a wrong kernel of the runtime looks like a
/// wrong export.

#include <optional>
#include <string>
#include <vector>

#include "exec/messages.h"
#include "exec/workers.h"

namespace graphwitness::verify {

struct Chain {
  std::string scripted;
  std::string traced;
  std::string exported;
  std::string method;
};

/// What the models of a chain made of one input.
struct ChainResult {
  exec::SampleResult scripted{};
  exec::SampleResult traced{};
  exec::SampleResult graph{};      ///< the ONNX graph as it is in the file
  exec::SampleResult optimised{};  ///< the same, optimised, as it is run in earnest
};

/// Throws InputError for a model that cannot be run.
std::vector<ChainResult> run_chain(const Chain& chain, const std::vector<exec::Sample>& samples,
                                   const exec::WorkerLimits& limits);

struct Blame {
  std::string step;        ///< "capture", "export", "runtime"
  std::string difference;  ///< in a few words
};
/// None where all agree, but for rounding, or the script raises.
std::optional<Blame> blame(const ChainResult& result);

}  // namespace graphwitness::verify
