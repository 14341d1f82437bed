#include "exec/compare/compare.h"

#include <fmt/format.h>

#include <array>
#include <boost/program_options/value_semantic.hpp>
#include <cmath>
#include <optional>
#include <utility>

#include "cli/command.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/report_formats.h"
#include "exec/inputs/files.h"
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
  std::vector<std::string> dim;
  std::string expected;
  std::string device = "cpu";
  bool sequence = false;
  std::vector<std::string> carry;
  std::vector<std::string> context;
  std::string write_inputs;
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
  options.add()(
      "inputs", po::value(&chosen.inputs)->value_name("FILE|DIR"),
      "inputs from a file of `torch.save`, `.npy` or `.npz`, from every file of a folder, or from a folder of "
      "ONNX test data");
  options.add()(
      "input", po::value(&chosen.input)->value_name("NAME=TYPE[SIZES]"),
      "generate this input, such as x=float32[2,3], ids=int64[1,14]:0..9 (both included), float32[20]:0..1; or "
      "give a number, n=3; once for each input");
  options.add()("dim", po::value(&chosen.dim)->value_name("NAME=N"),
                "size of a dimension that an ONNX graph declares by name, such as batch=4");
  options.add()(
      "expected", po::value(&chosen.expected)->value_name("FILE|DIR"),
      "outputs to hold every model against: a file of `torch.save`, `.npy` or `.npz` that eager PyTorch wrote, "
      "or a folder of ONNX test data");
  options.add()("samples", optional_value(chosen.samples, "N"), "how many inputs to generate (default 5)");
  options.add()("seed", po::value(&chosen.seed)->value_name("N"),
                "of the first sample (default 0); each later one's is one more");
  options.add()("rtol", optional_value(chosen.relative, "X"),
                "relative tolerance (default by dtype, as torch.testing.assert_close)");
  options.add()("atol", optional_value(chosen.absolute, "X"), "absolute tolerance (default likewise)");
  options.add()("device", po::value(&chosen.device)->value_name("DEVICE"), "cpu (default) or cuda");
  options.add()("sequence", po::bool_switch(&chosen.sequence),
                "the samples are one call after the other of models that keep state, not each of a fresh model");
  options.add()("carry", po::value(&chosen.carry)->value_name("OUT=IN"),
                "in a sequence: output OUT of models that have an input IN is that input of the next call");
  options.add()(
      "context", po::value(&chosen.context)->value_name("IN=N"),
      "in a sequence: the last N elements of input IN stand in front of the next one, in models that have it");
  options.add()("write-inputs", po::value(&chosen.write_inputs)->value_name("DIR|FILE"),
                "write the inputs to a `.pt`, `.npz` or `.npy`, or as ONNX test data to a folder");
  options.add()("method", po::value(&chosen.method)->value_name("NAME"), "the method to run (default forward)");
  options.add()("timeout", po::value(&chosen.timeout)->value_name("S"),
                "seconds that one model may take for loading and all samples (default 300; 0: no limit)");
  options.add()("memory", po::value(&chosen.memory)->value_name("GIB"),
                "memory that one model may take (default: its share of three quarters of this machine's)");
  options.add()("format", po::value(&chosen.output.format)->value_name("FORMAT"),
                "text (default), json, junit, sarif, github or markdown");
  options.add_output(chosen.output);
  if (!options.parse(call)) return false;

  require_one_of("--format", chosen.output.format, kReportFormats);
  if (chosen.models.empty()) throw UsageError("no model named, expected a reference and at least one candidate");
  // Test data have outputs of their own to hold a single model against.
  if (chosen.expected.empty() && chosen.models.size() == 1 && exec::has_expected_outputs(chosen.inputs)) {
    chosen.expected = chosen.inputs;
  }
  if (chosen.models.size() < 2 && chosen.expected.empty()) {
    throw UsageError("one model named, expected a reference and at least one candidate, or `--expected`");
  }
  require_one_of("--device", chosen.device, std::array<std::string_view, 2>{"cpu", "cuda"});
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

/// The two sides of NAME=VALUE.
std::pair<std::string, std::string> sides(std::string_view option, const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == text.npos || equals == 0 || equals + 1 == text.size()) {
    throw UsageError(fmt::format("`{}` is `{}`, expected two names with `=` between", option, text));
  }
  return {text.substr(0, equals), text.substr(equals + 1)};
}

void add_sequence(const CompareFlags& chosen, exec::CompareOptions& options) {
  options.sequence = chosen.sequence;
  for (const std::string& text : chosen.carry) {
    auto [output, input] = sides("--carry", text);
    options.carried.push_back({std::move(output), std::move(input)});
  }
  for (const std::string& text : chosen.context) {
    exec::DimSize parsed;
    try {
      parsed = exec::parse_dim(text);
    } catch (const InputError&) {
      throw UsageError(fmt::format("`--context` is `{}`, expected NAME=N, such as `frame=64`", text));
    }
    options.contexts.push_back({std::move(parsed.name), parsed.size});
  }
}

exec::CompareOptions options_of(const CompareFlags& chosen) {
  exec::CompareOptions options;
  for (const std::string& text : chosen.dim) options.inputs.dims.push_back(exec::parse_dim(text));
  options.expected = chosen.expected;
  options.device = chosen.device == "cuda" ? exec::Device::cuda : exec::Device::cpu;
  options.write_inputs = chosen.write_inputs;
  add_sequence(chosen, options);
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
  const bool expected = !chosen.expected.empty();
  const std::string reference = expected ? "" : chosen.models.front();
  const std::vector<std::string> candidates(chosen.models.begin() + (expected ? 0 : 1), chosen.models.end());
  std::vector<std::string> runnable;
  std::vector<std::string> refusals;
  for (const std::string& candidate : candidates) {
    refusals.push_back(refusal(candidate));
    if (refusals.back().empty()) runnable.push_back(candidate);
  }
  ComparisonReport report{.reference = expected ? chosen.expected : reference, .method = chosen.method};
  if (!expected) report.error = refusal(reference);
  if (report.error.empty() && (!expected || !runnable.empty())) {
    report = exec::compare_models(reference, runnable, options_of(chosen));
  }
  std::vector<PairComparison> pairs;
  std::size_t next = 0;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const bool was_run = refusals[i].empty() && next < report.pairs.size();
    pairs.push_back(was_run ? std::move(report.pairs[next++])
                            : PairComparison{.candidate = candidates[i], .error = refusals[i]});
  }
  report.pairs = std::move(pairs);
  return report;
}

void write_report(const CompareFlags& chosen, Output& output, const ComparisonReport& report) {
  const std::string& format = chosen.output.format;
  if (format == "json") return write_compare_json(output.stream(), report);
  if (format == "junit") return write_compare_junit(output.stream(), report);
  if (is_result_format(format)) return write_results(output.stream(), format, results_of(report));
  write_compare_text(output.stream(), report, output.color(), !chosen.output.quiet);
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
  write_report(chosen, output, report);
  output.finish();
  if (!report.error.empty()) call.err << fmt::format("error: {}\n", report.error);
  for (const PairComparison& pair : report.pairs) {
    if (!pair.error.empty()) call.err << fmt::format("error: {}\n", pair.error);
  }
  return exit_status(report);
}

}  // namespace

extern constinit const Command compare_command{
    "compare", "run models on the same inputs and compare what they return", "[OPTIONS] REFERENCE [CANDIDATE...]",
    "graphwitness compare --input 'x=float32[1,3,224,224]' --samples 10 scripted.pt traced.pt", run};

}  // namespace graphwitness
