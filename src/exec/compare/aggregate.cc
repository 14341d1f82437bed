#include "exec/compare/aggregate.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "exec/compare/outputs.h"

namespace graphwitness::exec {
namespace {

constexpr const char* kArguments = "arguments";

struct LargestSoFar {
  std::optional<double>& value;
  std::optional<DifferencePlace>& place;
};

void keep_larger(LargestSoFar most, const std::optional<double>& value, const std::optional<DifferencePlace>& place,
                 std::uint64_t sample) {
  if (!value || (most.value && *value <= *most.value)) return;
  most.value = value;
  most.place = place;
  if (most.place) most.place->sample = sample;
}

std::string outcome(const SampleResult& result) {
  return result.raised ? "raised " + *result.raised : "returned " + describe(result.output);
}

std::string change(const SampleResult& result) {
  return result.changed_arguments ? "changed by the call" : "left as it was";
}

}  // namespace

std::vector<Leaf> Aggregate::leaves(const SampleResult& reference, const SampleResult& candidate) const {
  if (reference.raised && candidate.raised) return {};
  if (reference.raised || candidate.raised) {
    return {{"call", Difference::raise, outcome(reference), outcome(candidate), {}}};
  }
  std::vector<Leaf> leaves = compare_outputs(reference, candidate, tolerance_);
  // Where outputs are not one leaf each, it is not known which are which.
  for (std::size_t i = 0; leaves.size() == random_.size() && i < leaves.size(); ++i) {
    if (!random_[i]) continue;
    if (leaves[i].difference == Difference::value) leaves[i].difference = Difference::none;
    leaves[i].elements = {};
  }
  // A graph of ONNX cannot change its inputs, so that it does not says nothing about the export.
  if (!reference.names.empty() || !candidate.names.empty()) return leaves;
  const auto& before = reference.changed_arguments;
  const auto& after = candidate.changed_arguments;
  if (before && after)
    std::ranges::move(compare_values(*before, *after, tolerance_, kArguments), std::back_inserter(leaves));
  if (before.has_value() != after.has_value()) {
    leaves.push_back({kArguments, Difference::structure, change(reference), change(candidate), {}});
  }
  return leaves;
}

void Aggregate::add_leaf(const Leaf& leaf, std::uint64_t sample) {
  const auto [known, is_new] = index_.try_emplace(leaf.name, outputs_.size());
  if (is_new) outputs_.push_back({.name = leaf.name});
  OutputComparison& output = outputs_[known->second];
  if (output.samples == 0) {  // shows the first sample that differs, or the last one
    output.reference = leaf.reference;
    output.candidate = leaf.candidate;
  }
  if (output.difference == Difference::none) output.difference = leaf.difference;
  if (leaf.difference != Difference::none) ++output.samples;
  const ElementComparison& elements = leaf.elements;
  keep_larger({output.max_abs, output.max_abs_at}, elements.max_abs, elements.max_abs_at, sample);
  keep_larger({output.max_rel, output.max_rel_at}, elements.max_rel, elements.max_rel_at, sample);
  for (std::size_t i = 0; i < output.histogram.counts.size(); ++i) {
    output.histogram.counts[i] += elements.histogram.counts[i];
  }
  output.mismatched += leaf.elements.mismatched;
  output.total += leaf.elements.total;
}

void Aggregate::add(std::uint64_t sample, std::uint64_t seed, const SampleResult& reference,
                    const SampleResult& candidate) {
  if (reference.raised && candidate.raised) ++both_raised_;
  const std::vector<Leaf> found = leaves(reference, candidate);
  for (const Leaf& leaf : found) add_leaf(leaf, sample);
  const auto differs =
      std::ranges::find_if(found, [](const Leaf& leaf) { return leaf.difference != Difference::none; });
  if (differs == found.end()) return;
  ++differing_;
  if (!first_) first_ = {sample, seed, differs->name, differs->difference, differs->reference, differs->candidate};
}

void Aggregate::finish(PairComparison& pair) {
  pair.match = differing_ == 0;
  pair.differing_samples = differing_;
  pair.both_raised = both_raised_;
  pair.outputs = std::move(outputs_);
  pair.first_difference = std::move(first_);
}

}  // namespace graphwitness::exec
