#include <cmath>
#include <ostream>

#include "graphwitness/report/compare.h"
#include "report/json_parts.h"
#include "support/version.h"

namespace graphwitness {
namespace {

Json number_or_null(const std::optional<double>& number) { return number ? Json(*number) : Json(); }
/// JSON has no number for what is not finite.
Json finite_or_null(double number) { return std::isfinite(number) ? Json(number) : Json(); }

Json place_json(const std::optional<DifferencePlace>& place) {
  if (!place) return {};
  return {{"sample", place->sample},
          {"index", place->index},
          {"reference", finite_or_null(place->reference)},
          {"candidate", finite_or_null(place->candidate)}};
}

Json histogram_json(const ErrorHistogram& histogram) {
  Json bins = Json::array();
  for (std::size_t i = 0; i < histogram.counts.size(); ++i) {
    const bool last = i == ErrorHistogram::kBounds.size();
    bins.push_back({{"at_most", last ? Json() : Json(ErrorHistogram::kBounds[i])}, {"elements", histogram.counts[i]}});
  }
  return bins;
}

Json output_json(const OutputComparison& output) {
  const bool match = output.difference == Difference::none;
  return {{"name", output.name},
          {"match", match},
          {"difference", match ? Json() : Json(name_of(output.difference))},
          {"reference", output.reference},
          {"candidate", output.candidate},
          {"max_abs", number_or_null(output.max_abs)},
          {"max_rel", number_or_null(output.max_rel)},
          {"max_abs_at", place_json(output.max_abs_at)},
          {"max_rel_at", place_json(output.max_rel_at)},
          {"histogram", histogram_json(output.histogram)},
          {"mismatched", output.mismatched},
          {"total", output.total},
          {"differing_samples", output.samples}};
}

Json first_json(const std::optional<FirstDifference>& first) {
  if (!first) return {};
  return {{"sample", first->sample},       {"seed", first->seed},
          {"output", first->output},       {"difference", name_of(first->difference)},
          {"reference", first->reference}, {"candidate", first->candidate}};
}

Json tensor_json(const TensorStatistics& tensor) {
  const auto counted = [&](double number) { return tensor.counted ? finite_or_null(number) : Json(); };
  return {{"name", tensor.name},         {"type", tensor.type},          {"min", counted(tensor.least)},
          {"max", counted(tensor.most)}, {"mean", counted(tensor.mean)}, {"not_finite", tensor.not_finite}};
}

Json side_json(const std::optional<OperationSide>& side) {
  if (!side) return {};
  Json inputs = Json::array();
  for (const TensorStatistics& tensor : side->inputs) inputs.push_back(tensor_json(tensor));
  Json outputs = Json::array();
  for (const TensorStatistics& tensor : side->outputs) outputs.push_back(tensor_json(tensor));
  Json arguments = Json::array();
  for (const OperationSide::Argument& one : side->arguments) {
    arguments.push_back({{"name", one.name}, {"value", one.text}});
  }
  return {{"op", side->op},
          {"node", side->node},
          {"module", side->module},
          {"file", text_or_null(side->file)},
          {"line", side->line == 0 ? Json() : Json(side->line)},
          {"column", side->column == 0 ? Json() : Json(side->column)},
          {"function", side->function},
          {"inputs", std::move(inputs)},
          {"arguments", std::move(arguments)},
          {"outputs", std::move(outputs)}};
}

Json operation_json(const PairComparison& pair) {
  if (!pair.first_operation) return {};
  const FirstOperation& first = *pair.first_operation;
  return {{"cause", name_of(first.cause)},
          {"text", first.text},
          {"distance", first.distance},
          {"reference", side_json(first.reference)},
          {"candidate", side_json(first.candidate)}};
}

Json pair_json(const ComparisonReport& report, const PairComparison& pair) {
  const bool compared = report.error.empty() && pair.error.empty();
  Json outputs = Json::array();
  for (const OutputComparison& output : pair.outputs) outputs.push_back(output_json(output));
  return {{"reference", report.reference},
          {"candidate", pair.candidate},
          {"status", compared ? "ok" : "error"},
          {"error", text_or_null(pair.error.empty() ? report.error : pair.error)},
          {"match", compared && pair.match},
          {"differing_samples", pair.differing_samples},
          {"both_raised", pair.both_raised},
          {"outputs", std::move(outputs)},
          {"first_difference", first_json(pair.first_difference)},
          {"first_operation", operation_json(pair)},
          {"not_localized", text_or_null(pair.not_localized)},
          {"warnings", pair.warnings},
          {"notes", pair.notes}};
}

}  // namespace

void write_compare_json(std::ostream& out, const ComparisonReport& report) {
  bool match = report.error.empty() && !report.pairs.empty();
  Json pairs = Json::array();
  for (const PairComparison& pair : report.pairs) {
    match = match && pair.error.empty() && pair.match;
    pairs.push_back(pair_json(report, pair));
  }
  const Json object{{"version", 1},
                    {"tool", {{"name", "graphwitness"}, {"version", version()}}},
                    {"match", match},
                    {"error", text_or_null(report.error)},
                    {"method", report.method},
                    {"inputs", report.inputs},
                    {"samples", report.samples},
                    {"seed", report.seed},
                    {"pairs", std::move(pairs)}};
  // Names and messages may hold any bytes; JSON holds UTF-8.
  out << object.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
}

}  // namespace graphwitness
