#include "exec/bench/bench.h"

#include <algorithm>
#include <memory>
#include <thread>
#include <utility>

#include "exec/bench/contestant.h"
#include "exec/worker_commands.h"

namespace graphwitness::exec {
namespace {

/// A turn is filled up to this, so that what a change of turns costs (cold caches) does not weigh.
constexpr double kTurnSeconds = 0.005;
constexpr std::uint32_t kLeastTurns = 10;

struct Entry {
  std::unique_ptr<Contestant> contestant;
  std::uint32_t turn = 1;  ///< runs of one
};

/// `warm`: the times of the runs before.
std::uint32_t runs_of_turn(const std::vector<double>& warm, std::uint32_t runs) {
  if (warm.empty()) return 1;
  const double fit = kTurnSeconds / std::max(warm.back(), 1e-9);
  const std::uint32_t most = std::max(1U, runs / kLeastTurns);
  return fit >= most ? most : std::max(1U, static_cast<std::uint32_t>(fit));
}

std::int64_t processors() { return std::max<std::int64_t>(1, std::thread::hardware_concurrency()); }

void take_turns(std::vector<Entry>& entries, const BenchOptions& options) {
  while (true) {
    std::uint64_t behind = options.runs;
    for (Entry& entry : entries) {
      Contestant& contestant = *entry.contestant;
      const std::uint64_t left = options.runs - contestant.runs();
      if (contestant.failed() || left == 0) continue;
      contestant.keep(contestant.run(static_cast<std::uint32_t>(std::min<std::uint64_t>(entry.turn, left))));
      if (!contestant.failed()) behind = std::min(behind, contestant.runs());
    }
    if (behind == options.runs) return;
    if (options.progress) options.progress(behind);
  }
}

}  // namespace

BenchReport bench_models(const std::vector<std::string>& models, const BenchOptions& options) {
  BenchReport report{.device = options.device == Device::cuda ? "cuda" : "cpu",
                     .threads = options.threads == 0 ? processors() : options.threads,
                     .runs = options.runs,
                     .warm_up = options.warm_up,
                     .method = options.method,
                     .samples = options.inputs.samples.value_or(1),
                     .seed = options.inputs.seed};
  if (models.empty()) return report;
  const InputSet inputs = make_inputs(options.inputs, models, options.method, options.limits);
  report.inputs = inputs.origin;
  report.samples = inputs.samples.size();

  RunRequest request{.method = options.method, .threads = report.threads, .samples = inputs.samples};
  request.device = options.device;
  request.by_position = inputs.foreign_names;
  const FileHandle of_first = shared_memory(encode_request(request));
  // The user's names are those of the first model; others may have other names for the same inputs.
  request.by_position = true;
  const FileHandle of_others = shared_memory(encode_request(request));

  std::vector<Entry> entries;
  for (const std::string& path : models) {
    const FileHandle& asked = entries.empty() ? of_first : of_others;
    entries.push_back({std::make_unique<Contestant>(
        path, model_command("bench", path, options.device, options.limits, models.size()), asked)});
  }
  for (const Entry& entry : entries) entry.contestant->wait_until_ready();
  for (const Entry& entry : entries) entry.contestant->load();
  for (Entry& entry : entries) entry.turn = runs_of_turn(entry.contestant->run(options.warm_up), options.runs);
  take_turns(entries, options);
  for (const Entry& entry : entries) report.models.push_back(entry.contestant->end());
  return report;
}

}  // namespace graphwitness::exec
