#include "exec/bench/bench.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "cli/commands.h"
#include "cli/native_timings.h"
#include "cli/progress_line.h"
#include "cli/run_options.h"
#include "cli/start/options.h"
#include "cli/start/output.h"
#include "graphwitness/report/bench.h"

namespace graphwitness {
namespace {

namespace po = boost::program_options;

struct BenchFlags {
  std::vector<std::string> models;
  OutputOptions output;
  RunFlags run;
  std::vector<std::string> native;
  std::int64_t runs = 100;
  std::int64_t warm_up = 10;
  std::int64_t threads = 0;
};

constexpr std::int64_t kMostRuns = 1'000'000;

void require_between(std::string_view option, std::int64_t value, std::int64_t least, std::int64_t most) {
  if (value >= least && value <= most) return;
  throw UsageError(fmt::format("`{}` is {}, expected {} to {}", option, value, least, most));
}

bool parse(const Command& self, const Invocation& call, BenchFlags& chosen) {
  Options options(self, chosen.models);
  options.add()("runs", po::value(&chosen.runs)->value_name("N"), "of each model that count (default 100)");
  options.add()("warmup", po::value(&chosen.warm_up)->value_name("N"), "runs before those (default 10)");
  options.add()("threads", po::value(&chosen.threads)->value_name("N"),
                "of each model (default: as many as there are processors)");
  options.add()("native", po::value(&chosen.native)->value_name("FILE"),
                "timings from elsewhere, such as eager PyTorch's, that come first in the table (see docs/bench.md)");
  add_run_options(options, chosen.run);
  options.add()("samples", optional_value(chosen.run.samples, "N"), "how many inputs to generate (default 1)");
  options.add()("timeout", po::value(&chosen.run.timeout)->value_name("S"),
                "seconds that loading, warming up or one turn of a model may take (default 300; 0: no limit)");
  options.add()("format", po::value(&chosen.output.format)->value_name("FORMAT"), "text (default) or json");
  options.add_output(chosen.output);
  if (!options.parse(call)) return false;

  require_one_of("--format", chosen.output.format, std::array<std::string_view, 2>{"text", "json"});
  if (chosen.models.empty()) throw UsageError("no model named, expected at least one");
  require_between("--runs", chosen.runs, 1, kMostRuns);
  require_between("--warmup", chosen.warm_up, 0, kMostRuns);
  require_between("--threads", chosen.threads, 0, 4096);
  require_run_options(chosen.run);
  if (!chosen.run.samples && chosen.run.inputs.empty()) chosen.run.samples = 1;
  return true;
}

exec::BenchOptions options_of(const BenchFlags& chosen) {
  exec::BenchOptions options;
  options.method = chosen.run.method;
  options.inputs = input_options(chosen.run);
  options.device = device_of(chosen.run);
  options.threads = chosen.threads;
  options.runs = static_cast<std::uint32_t>(chosen.runs);
  options.warm_up = static_cast<std::uint32_t>(chosen.warm_up);
  options.limits = limits_of(chosen.run);
  return options;
}

BenchReport bench(const BenchFlags& chosen, ProgressLine& progress) {
  std::vector<BenchedModel> models;
  for (const std::string& path : chosen.native) models.push_back(read_native_timings(path));
  std::vector<std::string> runnable;
  for (const std::string& path : chosen.models) {
    if (why_not_runnable(path).empty()) runnable.push_back(path);
  }
  exec::BenchOptions options = options_of(chosen);
  options.progress = [&](std::uint64_t done) { progress.say(fmt::format("run {} of {}", done, chosen.runs)); };
  BenchReport report = exec::bench_models(runnable, options);
  std::size_t next = 0;
  for (const std::string& path : chosen.models) {
    const std::string why_not = why_not_runnable(path);
    models.push_back(why_not.empty() ? std::move(report.models[next++]) : BenchedModel{.name = path, .error = why_not});
  }
  report.models = std::move(models);
  finish(report);
  return report;
}

}  // namespace

int run_bench(const Command& self, Invocation& call) {
  BenchFlags chosen;
  if (!parse(self, call, chosen)) return exit_done;
  Output output(call, chosen.output);
  BenchReport report;
  {
    ProgressLine progress(call.err, terminal_watches() && !chosen.output.quiet);
    report = bench(chosen, progress);
  }
  if (chosen.output.format == "json") {
    write_bench_json(output.stream(), report);
  } else {
    write_bench_text(output.stream(), report, output.color(), !chosen.output.quiet);
  }
  output.finish();
  bool failed = false;
  for (const BenchedModel& model : report.models) {
    if (model.error.empty()) continue;
    failed = true;
    call.err << fmt::format("error: {}\n", model.error);
  }
  return failed ? exit_error : exit_done;
}

}  // namespace graphwitness
