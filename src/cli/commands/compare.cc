#include "exec/compare/compare.h"

#include <fmt/format.h>

#include <array>
#include <boost/program_options/value_semantic.hpp>
#include <cmath>
#include <optional>

#include "cli/command.h"
#include "cli/options.h"
#include "cli/output.h"
#include "frontends/sniff.h"
#include "graphwitness/report/compare.h"

namespace graphwitness {
namespace {

namespace po = boost::program_options;

struct CompareFlags {
  std::vector<std::string> models;
  OutputOptions output;
  std::string method = "forward";
  std::string inputs;
  std::vector<std::string> input;
  std::optional<std::int64_t> samples;
  std::int64_t seed = 0;
  std::optional<double> relative;
  std::optional<double> absolute;
  double timeout = 300;
  double memory = 0;
};

/// An option that is known to have been given or not.
template <typename T>
auto* optional_value(std::optional<T>& into, const char* name) {
  return po::value<T>()->value_name(name)->notifier([&into](const T& value) { into = value; });
}

void require_not_negative(std::string_view option, double value) {
  if (!(value >= 0) || !std::isfinite(value)) {
    throw UsageError(fmt::format("`{}` is {}, expected a number from 0 up", option, value));
  }
}

bool parse(const Command& self, const Invocation& call, CompareFlags& chosen) {
  Options options(self, chosen.models);
  options.add()("inputs", po::value(&chosen.inputs)->value_name("FILE|DIR"),
                "inputs from a file of `torch.save`, `.npy` or `.npz`, or from every file of a folder");
  options.add()(
      "input", po::value(&chosen.input)->value_name("NAME=TYPE[SIZES]"),
      "generate this input, such as x=float32[2,3], ids=int64[1,14]:0..9 (both included), float32[20]:0..1; or "
      "give a number, n=3; once for each input");
  options.add()("samples", optional_value(chosen.samples, "N"), "how many inputs to generate (default 5)");
  options.add()("seed", po::value(&chosen.seed)->value_name("N"),
                "of the first sample (default 0); each later one's is one more");
  options.add()("rtol", optional_value(chosen.relative, "X"),
                "relative tolerance (default by dtype, as torch.testing.assert_close)");
  options.add()("atol", optional_value(chosen.absolute, "X"), "absolute tolerance (default likewise)");
  options.add()("method", po::value(&chosen.method)->value_name("NAME"), "the method to run (default forward)");
  options.add()("timeout", po::value(&chosen.timeout)->value_name("S"),
                "seconds that one model may take for loading and all samples (default 300; 0: no limit)");
  options.add()("memory", po::value(&chosen.memory)->value_name("GIB"),
                "memory that one model may take (default: its share of three quarters of this machine's)");
  options.add()("format", po::value(&chosen.output.format)->value_name("FORMAT"), "text (default) or json");
  options.add_output(chosen.output);
  if (!options.parse(call)) return false;

  require_one_of("--format", chosen.output.format, std::array<std::string_view, 2>{"text", "json"});
  if (chosen.models.size() < 2) {
    throw UsageError(fmt::format("{} named, expected a reference and at least one candidate",
                                 chosen.models.empty() ? "no model" : "one model"));
  }
  if (chosen.samples.value_or(1) < 1) {
    throw UsageError(fmt::format("`--samples` is {}, expected at least 1", *chosen.samples));
  }
  if (chosen.seed < 0) throw UsageError(fmt::format("`--seed` is {}, expected a number from 0 up", chosen.seed));
  require_not_negative("--rtol", chosen.relative.value_or(0));
  require_not_negative("--atol", chosen.absolute.value_or(0));
  require_not_negative("--timeout", chosen.timeout);
  require_not_negative("--memory", chosen.memory);
  return true;
}

exec::CompareOptions options_of(const CompareFlags& chosen) {
  exec::CompareOptions options;
  options.method = chosen.method;
  options.inputs.file = chosen.inputs;
  options.inputs.inputs = chosen.input;
  if (chosen.samples) options.inputs.samples = static_cast<std::uint64_t>(*chosen.samples);
  options.inputs.seed = static_cast<std::uint64_t>(chosen.seed);
  options.tolerance = {.relative = chosen.relative, .absolute = chosen.absolute};
  options.limits.timeout = std::chrono::milliseconds(static_cast<std::int64_t>(std::min(chosen.timeout, 1e9) * 1000));
  constexpr double kMost = 1U << 24U;
  options.limits.memory = static_cast<std::uint64_t>(std::min(chosen.memory, kMost) * (1U << 30U));
  return options;
}

/// Why a file cannot be run; "" when it can.
std::string refusal(const std::string& path) {
  try {
    const Sniffed sniffed = sniff(path);
    if (sniffed.kind == FileKind::torchscript || sniffed.kind == FileKind::onnx) return {};
    if (sniffed.kind == FileKind::ir) return fmt::format("`{}` is IR text, which cannot be run", path);
    return fmt::format("`{}` is {}, expected an exported graph; {}", path, sniffed.found, sniffed.advice);
  } catch (const InputError& error) {
    return error.what();
  }
}

ComparisonReport compare(const CompareFlags& chosen) {
  const std::string& reference = chosen.models.front();
  std::vector<std::string> runnable;
  std::vector<std::string> refusals;
  for (std::size_t i = 1; i < chosen.models.size(); ++i) {
    refusals.push_back(refusal(chosen.models[i]));
    if (refusals.back().empty()) runnable.push_back(chosen.models[i]);
  }
  ComparisonReport report{.reference = reference, .error = refusal(reference), .method = chosen.method};
  if (report.error.empty()) report = exec::compare_models(reference, runnable, options_of(chosen));
  std::vector<PairComparison> pairs;
  std::size_t next = 0;
  for (std::size_t i = 1; i < chosen.models.size(); ++i) {
    const std::string& refused = refusals[i - 1];
    const bool was_run = refused.empty() && next < report.pairs.size();
    pairs.push_back(was_run ? std::move(report.pairs[next++])
                            : PairComparison{.candidate = chosen.models[i], .error = refused});
  }
  report.pairs = std::move(pairs);
  return report;
}

int exit_status(const ComparisonReport& report) {
  bool differ = false;
  bool failed = !report.error.empty();
  for (const PairComparison& pair : report.pairs) {
    failed = failed || !pair.error.empty();
    differ = differ || !pair.match;
  }
  return failed ? exit_error : differ ? exit_findings : exit_done;
}

int run(const Command& self, Invocation& call) {
  CompareFlags chosen;
  if (!parse(self, call, chosen)) return exit_done;
  Output output(call, chosen.output);
  const ComparisonReport report = compare(chosen);
  if (chosen.output.format == "json") {
    write_compare_json(output.stream(), report);
  } else {
    write_compare_text(output.stream(), report, output.color(), !chosen.output.quiet);
  }
  output.finish();
  if (!report.error.empty()) call.err << fmt::format("error: {}\n", report.error);
  for (const PairComparison& pair : report.pairs) {
    if (!pair.error.empty()) call.err << fmt::format("error: {}\n", pair.error);
  }
  return exit_status(report);
}

}  // namespace

extern constinit const Command compare_command{
    "compare", "run models on the same inputs and compare what they return", "[OPTIONS] REFERENCE CANDIDATE...",
    "graphwitness compare --input 'x=float32[1,3,224,224]' --samples 10 scripted.pt traced.pt", run};

}  // namespace graphwitness
