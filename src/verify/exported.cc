#include "verify/exported.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "exec/compare/outputs.h"
#include "graphwitness/support/error.h"
#include "verify/rounding.h"

namespace graphwitness::verify {
namespace {

std::vector<exec::SampleResult> results_of(const exec::ModelRun& run) {
  if (!run.error.empty()) {
    throw InputError(run.error.find(run.path) != run.error.npos ? run.error
                                                                : fmt::format("`{}`: {}", run.path, run.error));
  }
  std::vector<exec::SampleResult> results;
  for (const std::string_view bytes : run.answers) results.push_back(exec::decode_answer(bytes).result);
  return results;
}

/// "" where they agree, but for rounding.
std::string difference(const exec::SampleResult& one, const exec::SampleResult& other, std::string_view of_other) {
  if (one.raised && other.raised) return {};
  if (other.raised) return fmt::format("{} raises {}", of_other, *other.raised);
  if (one.raised) return fmt::format("{} raises nothing, but the script {}", of_other, *one.raised);
  const exec::ChosenTolerance tolerance;
  const double magnitude = std::max(largest(one.output), largest(other.output));
  for (const exec::Leaf& leaf : exec::compare_outputs(one, other, tolerance)) {
    if (leaf.difference == Difference::none || !beyond_rounding(leaf, magnitude, tolerance)) continue;
    if (leaf.difference != Difference::value) {
      return fmt::format("output `{}`: {} against {} of {}", leaf.name, leaf.reference, leaf.candidate, of_other);
    }
    std::string text = fmt::format("output `{}`: {} of {} elements of {} differ", leaf.name, leaf.elements.mismatched,
                                   leaf.elements.total, of_other);
    if (leaf.elements.max_abs) text += fmt::format(", by up to {:.3g}", *leaf.elements.max_abs);
    return text;
  }
  return {};
}

}  // namespace

std::vector<ChainResult> run_chain(const Chain& chain, const std::vector<exec::Sample>& samples,
                                   const exec::WorkerLimits& limits) {
  exec::RunRequest request{.method = chain.method, .samples = samples};
  const auto runs = exec::run_models({chain.scripted, chain.traced, chain.exported}, request, limits);
  request.by_position = true;  // names are the script's
  request.optimise = true;
  const auto optimised = exec::run_models({chain.exported}, request, limits);
  std::vector<exec::SampleResult> of_scripted = results_of(runs[0]);
  std::vector<exec::SampleResult> of_traced = results_of(runs[1]);
  std::vector<exec::SampleResult> of_graph = results_of(runs[2]);
  std::vector<exec::SampleResult> of_optimised = results_of(optimised[0]);
  std::vector<ChainResult> results;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    results.push_back(
        {std::move(of_scripted[i]), std::move(of_traced[i]), std::move(of_graph[i]), std::move(of_optimised[i])});
  }
  return results;
}

std::optional<Blame> blame(const ChainResult& result) {
  if (result.scripted.raised) return std::nullopt;
  if (auto text = difference(result.scripted, result.traced, "the trace"); !text.empty())
    return Blame{"capture", std::move(text)};
  if (auto text = difference(result.traced, result.graph, "the ONNX graph"); !text.empty())
    return Blame{"export", std::move(text)};
  if (auto text = difference(result.graph, result.optimised, "the optimised ONNX graph"); !text.empty())
    return Blame{"runtime", std::move(text)};
  return std::nullopt;
}

}  // namespace graphwitness::verify
