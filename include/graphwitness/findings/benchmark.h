#pragma once
/// What `bench` has to say, finished: reporters only render it. All times are in seconds.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace graphwitness {

struct LatencyStatistics {
  double mean = 0;
  double median = 0;
  double p90 = 0;        ///< nine of ten runs took at most this
  double deviation = 0;  ///< of the sample; 0 for a single run
  double least = 0;
};

/// `seconds` must not be empty.
LatencyStatistics latency_statistics(std::span<const double> seconds);

/// One model, or timings that were measured elsewhere (`--native`).
struct BenchedModel {
  std::string name;       ///< the model's path, or what its timings are called
  std::string error{};    ///< why it was not timed; one line that names the model
  std::string runtime{};  ///< "LibTorch 1.13.1"
  bool elsewhere = false;
  std::vector<double> seconds{};  ///< one a run, in order
  LatencyStatistics latency{};
  std::optional<double> speed_up{};            ///< median of the first over this one's; none: the first was not timed
  std::optional<double> load_seconds{};        ///< of the model alone, not of its runtime
  std::optional<std::uint64_t> peak_memory{};  ///< bytes, of the whole process that ran it
  std::vector<std::string> notes{};
};

struct BenchReport {
  std::string device{};
  std::int64_t threads = 0;
  std::uint64_t runs = 0;
  std::uint64_t warm_up = 0;
  std::string method{};
  std::string inputs{};  ///< where they come from
  std::uint64_t samples = 0;
  std::uint64_t seed = 0;
  std::vector<BenchedModel> models{};
};

/// Fills in what follows from `seconds`, model by model.
void finish(BenchReport& report);

}  // namespace graphwitness
