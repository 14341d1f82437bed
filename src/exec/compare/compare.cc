#include "exec/compare/compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "exec/compare/aggregate.h"
#include "exec/compare/weakness.h"
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

  PairComparison compare(const ModelRun& candidate) const {
    PairComparison pair{.candidate = candidate.path};
    if (!candidate.remark.empty()) pair.notes.push_back(candidate.remark);
    const std::string error = why_not_run(candidate);
    if (!error.empty()) {
      pair.error = named(candidate.path, error);
      return pair;
    }
    Aggregate aggregate(options_.tolerance);
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

}  // namespace

ComparisonReport compare_models(const std::string& reference, const std::vector<std::string>& candidates,
                                const CompareOptions& options) {
  const InputSet inputs = make_inputs(options.inputs, reference, options.method, options.limits);
  ComparisonReport report{.reference = reference,
                          .method = options.method,
                          .inputs = inputs.origin,
                          .samples = inputs.samples.size(),
                          .seed = options.inputs.seed};
  std::vector<std::string> paths{reference};
  paths.insert(paths.end(), candidates.begin(), candidates.end());
  const std::vector<ModelRun> runs =
      run_models(paths, {.method = options.method, .samples = inputs.samples}, options.limits);

  if (const std::string error = why_not_run(runs[0]); !error.empty()) {
    report.error = named(reference, error);
    for (std::size_t i = 1; i < runs.size(); ++i) {
      report.pairs.push_back(
          {.candidate = runs[i].path, .error = runs[i].error.empty() ? "" : named(runs[i].path, runs[i].error)});
    }
    return report;
  }
  const Comparer comparer(options, inputs, runs[0]);
  for (std::size_t i = 1; i < runs.size(); ++i) {
    try {
      report.pairs.push_back(comparer.compare(runs[i]));
    } catch (const InputError& failure) {
      report.pairs.push_back({.candidate = runs[i].path, .error = named(runs[i].path, failure.what())});
    }
  }
  return report;
}

}  // namespace graphwitness::exec
