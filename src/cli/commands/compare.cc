#include "exec/compare/compare.h"

#include <fmt/format.h>

#include <array>
#include <boost/program_options/value_semantic.hpp>
#include <optional>
#include <thread>
#include <utility>

#include "cli/commands.h"
#include "cli/report_formats.h"
#include "cli/run_options.h"
#include "cli/start/options.h"
#include "cli/start/output.h"
#include "exec/inputs/files.h"
#include "graphwitness/report/compare.h"
#include "localize/localize.h"

namespace graphwitness {
namespace {

namespace po = boost::program_options;

struct CompareFlags {
  std::vector<std::string> models;
  OutputOptions output;
  RunFlags run;
  std::string expected;
  bool localize = false;
  bool sequence = false;
  std::vector<std::string> carry;
  std::vector<std::string> context;
  std::string write_inputs;
  std::optional<double> relative;
  std::optional<double> absolute;
};

/// Operations can be followed in a single call of two models.
void require_localizable(const CompareFlags& chosen) {
  if (!chosen.localize) return;
  if (!chosen.expected.empty())
    throw UsageError("`--localize` needs a model as the reference, not `--expected` outputs");
  if (chosen.sequence || !chosen.carry.empty() || !chosen.context.empty()) {
    throw UsageError("`--localize` and a sequence of calls were both given; it follows single calls");
  }
  if (chosen.run.device != "cpu") throw UsageError("`--localize` follows models on `--device cpu` only");
}

std::int64_t processors() { return std::max<std::int64_t>(1, std::thread::hardware_concurrency()); }

bool parse(const Command& self, const Invocation& call, CompareFlags& chosen) {
  Options options(self, chosen.models);
  add_run_options(options, chosen.run);
  options.add()(
      "expected", po::value(&chosen.expected)->value_name("FILE|DIR"),
      "outputs to hold every model against: a file of `torch.save`, `.npy` or `.npz` that eager PyTorch wrote, "
      "or a folder of ONNX test data");
  options.add()("samples", optional_value(chosen.run.samples, "N"), "how many inputs to generate (default 5)");
  options.add()("rtol", optional_value(chosen.relative, "X"),
                "relative tolerance (default by dtype, as torch.testing.assert_close)");
  options.add()("atol", optional_value(chosen.absolute, "X"), "absolute tolerance (default likewise)");
  options.add()("localize", po::bool_switch(&chosen.localize),
                "where outputs differ, name the first operation that does, with its source line");
  options.add()("sequence", po::bool_switch(&chosen.sequence),
                "the samples are one call after the other of models that keep state, not each of a fresh model");
  options.add()("carry", po::value(&chosen.carry)->value_name("OUT=IN"),
                "in a sequence: output OUT of models that have an input IN is that input of the next call");
  options.add()(
      "context", po::value(&chosen.context)->value_name("IN=N"),
      "in a sequence: the last N elements of input IN stand in front of the next one, in models that have it");
  options.add()("write-inputs", po::value(&chosen.write_inputs)->value_name("DIR|FILE"),
                "write the inputs to a `.pt`, `.npz` or `.npy`, or as ONNX test data to a folder");
  options.add()("timeout", po::value(&chosen.run.timeout)->value_name("S"),
                "seconds that one model may take for loading and all samples (default 300; 0: no limit)");
  options.add()("format", po::value(&chosen.output.format)->value_name("FORMAT"),
                "text (default), json, junit, sarif, github or markdown");
  options.add_output(chosen.output);
  if (!options.parse(call)) return false;

  require_one_of("--format", chosen.output.format, kReportFormats);
  if (chosen.models.empty()) throw UsageError("no model named, expected a reference and at least one candidate");
  // Test data have outputs of their own to hold a single model against.
  if (chosen.expected.empty() && chosen.models.size() == 1 && exec::has_expected_outputs(chosen.run.inputs)) {
    chosen.expected = chosen.run.inputs;
  }
  if (chosen.models.size() < 2 && chosen.expected.empty()) {
    throw UsageError("one model named, expected a reference and at least one candidate, or `--expected`");
  }
  require_run_options(chosen.run);
  require_localizable(chosen);
  require_not_negative("--rtol", chosen.relative.value_or(0));
  require_not_negative("--atol", chosen.absolute.value_or(0));
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
  options.inputs = input_options(chosen.run);
  options.expected = chosen.expected;
  options.device = device_of(chosen.run);
  options.write_inputs = chosen.write_inputs;
  add_sequence(chosen, options);
  options.method = chosen.run.method;
  options.tolerance = {.relative = chosen.relative, .absolute = chosen.absolute};
  options.limits = limits_of(chosen.run);
  return options;
}

ComparisonReport compare(const CompareFlags& chosen) {
  const bool expected = !chosen.expected.empty();
  const std::string reference = expected ? "" : chosen.models.front();
  const std::vector<std::string> candidates(chosen.models.begin() + (expected ? 0 : 1), chosen.models.end());
  std::vector<std::string> runnable;
  std::vector<std::string> refusals;
  for (const std::string& candidate : candidates) {
    refusals.push_back(why_not_runnable(candidate));
    if (refusals.back().empty()) runnable.push_back(candidate);
  }
  ComparisonReport report{.reference = expected ? chosen.expected : reference, .method = chosen.run.method};
  if (!expected) report.error = why_not_runnable(reference);
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

/// Where each pair that differs does so first. The models are run again, on the first sample on which they differ.
void localize_differences(const CompareFlags& chosen, ComparisonReport& report) {
  const exec::CompareOptions options = options_of(chosen);
  std::optional<exec::InputSet> inputs;
  for (PairComparison& pair : report.pairs) {
    if (pair.match || !pair.error.empty() || !pair.first_difference) continue;
    if (!inputs) inputs = exec::make_inputs(options.inputs, chosen.models, options.method, options.limits);
    exec::RunRequest request{.method = options.method, .threads = processors()};
    request.samples = {inputs->samples.at(pair.first_difference->sample)};
    request.by_position = inputs->foreign_names;
    localize::Parting parting = localize::localize(report.reference, pair.candidate, request, options.limits);
    pair.first_operation = std::move(parting.operation);
    pair.not_localized = std::move(parting.why_not);
  }
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

}  // namespace

int run_compare(const Command& self, Invocation& call) {
  CompareFlags chosen;
  if (!parse(self, call, chosen)) return exit_done;
  Output output(call, chosen.output);
  ComparisonReport report = compare(chosen);
  if (chosen.localize) localize_differences(chosen, report);
  write_report(chosen, output, report);
  output.finish();
  if (!report.error.empty()) call.err << fmt::format("error: {}\n", report.error);
  for (const PairComparison& pair : report.pairs) {
    if (!pair.error.empty()) call.err << fmt::format("error: {}\n", pair.error);
  }
  return exit_status(report);
}

}  // namespace graphwitness
