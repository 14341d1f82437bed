#include "exec/compare/compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <iterator>
#include <optional>
#include <utility>

#include "exec/compare/aggregate.h"
#include "exec/compare/randomness.h"
#include "exec/compare/weakness.h"
#include "exec/inputs/files.h"
#include "exec/inputs/write.h"
#include "exec/wire.h"
#include "graphwitness/support/error.h"

namespace graphwitness::exec {
namespace {

std::string named(const std::string& path, const std::string& error) {
  return error.find(path) != error.npos ? error : fmt::format("`{}`: {}", path, error);
}

bool inputs_vary(const std::vector<Sample>& samples) {
  const auto bytes = [](const Sample& sample) {
    std::string encoded;
    for (const Argument& argument : sample.arguments) encode(argument.value, encoded);
    return encoded;
  };
  return std::ranges::any_of(
      samples, [&, first = bytes(samples.front())](const Sample& sample) { return bytes(sample) != first; });
}

/// Why a model that was run to the end still says nothing.
std::string raised_everywhere(const ModelRun& run) {
  std::string first;
  for (const std::string_view bytes : run.answers) {
    const SampleResult result = decode_answer(bytes).result;
    if (!result.raised) return {};
    if (first.empty()) first = *result.raised;
  }
  if (run.answers.size() == 1) return "it raised " + first;
  return fmt::format("it raised on each of the {} samples, first {}", run.answers.size(), first);
}

/// "" for a model that gave at least one answer to compare.
std::string why_not_run(const ModelRun& run) { return run.error.empty() ? raised_everywhere(run) : run.error; }

class Comparer {
 public:
  Comparer(const CompareOptions& options, const InputSet& inputs, const ModelRun& reference)
      : options_(options), inputs_(inputs), reference_(reference) {
    Weakness weakness(options.tolerance);
    for (const std::string_view bytes : reference.answers) {
      const SampleResult result = decode_answer(bytes).result;
      if (!result.raised) weakness.add(result);
    }
    warnings_ = weakness.warnings(inputs_vary(inputs.samples));
  }

  /// `random`: outputs whose numbers are drawn at random, by position.
  PairComparison compare(const ModelRun& candidate, const std::vector<bool>& random = {}) const {
    PairComparison pair{.candidate = candidate.path};
    if (!candidate.remark.empty()) pair.notes.push_back(candidate.remark);
    const std::string error = why_not_run(candidate);
    if (!error.empty()) {
      pair.error = named(candidate.path, error);
      return pair;
    }
    Aggregate aggregate(options_.tolerance, random);
    for (std::size_t i = 0; i < inputs_.samples.size(); ++i) {
      // One sample at a time is unpacked, so that many large outputs take no more memory than the workers' answers.
      aggregate.add(i, inputs_.samples[i].seed, decode_answer(reference_.answers[i]).result,
                    decode_answer(candidate.answers[i]).result);
    }
    aggregate.finish(pair);
    if (pair.match) pair.warnings = warnings_;
    return pair;
  }

 private:
  const CompareOptions& options_;
  const InputSet& inputs_;
  const ModelRun& reference_;
  std::vector<std::string> warnings_;
};

RunRequest request_of(const CompareOptions& options, const InputSet& inputs) {
  RunRequest request{.method = options.method, .samples = inputs.samples};
  request.device = options.device;
  request.by_position = inputs.foreign_names;
  request.sequence = options.sequence || !options.carried.empty() || !options.contexts.empty();
  request.carried = options.carried;
  request.contexts = options.contexts;
  return request;
}

/// Expected outputs as if a model had returned them.
ModelRun expected_run(const CompareOptions& options, const InputSet& inputs, const std::vector<std::string>& models) {
  ModelRun run{.path = options.expected, .error = {}};
  const std::optional<Declaration> declared = first_declaration(models);
  for (SampleResult& result :
       read_results(options.expected, inputs.samples.size(), options.limits, declared ? &*declared : nullptr)) {
    RunAnswer answer{.kind = RunAnswer::Kind::result};
    answer.result = std::move(result);
    run.kept.push_back(encode_answer(answer));
    run.answers.push_back(run.kept.back());
  }
  return run;
}

PairComparison compare_pair(const Comparer& comparer, const std::string& reference, const ModelRun& candidate) {
  try {
    PairComparison pair = comparer.compare(candidate);
    if (pair.match || !pair.error.empty()) return pair;
    // Looked for only now, since most graphs draw nothing and most models agree.
    std::vector<bool> random = random_outputs(candidate.path);
    if (random.empty()) random = random_outputs(reference);
    const bool any = std::ranges::find(random, true) != random.end();
    if (!any) return pair;
    pair = comparer.compare(candidate, random);
    for (std::size_t i = 0; i < random.size() && random.size() == pair.outputs.size(); ++i) {
      if (!random[i]) continue;
      pair.notes.push_back(fmt::format(
          "output `{}` is drawn at random, which no two runtimes do alike: its type and shape are compared only",
          pair.outputs[i].name));
    }
    return pair;
  } catch (const InputError& failure) {
    return {.candidate = candidate.path, .error = named(candidate.path, failure.what())};
  }
}

}  // namespace

ComparisonReport compare_models(const std::string& reference, const std::vector<std::string>& candidates,
                                const CompareOptions& options) {
  std::vector<std::string> models = candidates;
  if (!reference.empty()) models.insert(models.begin(), reference);
  InputOptions input_options = options.inputs;
  for (const Carry& carry : options.carried) input_options.state.push_back(carry.input);
  const InputSet inputs = make_inputs(input_options, models, options.method, options.limits);
  if (!options.write_inputs.empty()) write_inputs(options.write_inputs, inputs.samples);
  ComparisonReport report{.reference = options.expected.empty() ? reference : options.expected,
                          .method = options.method,
                          .inputs = inputs.origin,
                          .samples = inputs.samples.size(),
                          .seed = options.inputs.seed};
  std::deque<ModelRun> runs;
  if (!options.expected.empty()) runs.push_back(expected_run(options, inputs, models));
  std::ranges::move(run_models(models, request_of(options, inputs), options.limits), std::back_inserter(runs));

  if (const std::string error = why_not_run(runs[0]); !error.empty()) {
    report.error = named(report.reference, error);
    for (std::size_t i = 1; i < runs.size(); ++i) {
      report.pairs.push_back(
          {.candidate = runs[i].path, .error = runs[i].error.empty() ? "" : named(runs[i].path, runs[i].error)});
    }
    return report;
  }
  const Comparer comparer(options, inputs, runs[0]);
  for (std::size_t i = 1; i < runs.size(); ++i)
    report.pairs.push_back(compare_pair(comparer, report.reference, runs[i]));
  return report;
}

}  // namespace graphwitness::exec
