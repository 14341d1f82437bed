#pragma once
/// The whole of `bench`: each model loaded in a worker of its own, which stays; then they take turns, so that a machine
/// that is busier at one time than at another treats all alike. Only one model is loaded or runs at any time.
///
/// A turn is one run, or of a model that takes microseconds as many as fit into a few milliseconds. Limits: models are
/// run again and again as they are, so one that changes itself, or the arguments it is given, goes on from there.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "exec/inputs/samples.h"
#include "exec/messages.h"
#include "exec/workers.h"
#include "graphwitness/findings/benchmark.h"

namespace graphwitness::exec {

struct BenchOptions {
  std::string method = "forward";
  InputOptions inputs{};
  Device device = Device::cpu;
  std::int64_t threads = 0;  ///< of each model; 0: as many as there are processors
  std::uint32_t runs = 100;
  std::uint32_t warm_up = 10;
  /// `timeout` is for one model's loading, warming up, or turn.
  WorkerLimits limits{};
  /// Told after each round of turns: runs that are done, of the model that is behind.
  std::function<void(std::uint64_t)> progress{};
};

/// Throws InputError when there are no inputs. What becomes of a model is in the report, which is not finished, so that
/// timings from elsewhere can join.
BenchReport bench_models(const std::vector<std::string>& models, const BenchOptions& options);

}  // namespace graphwitness::exec
