#include "graphwitness/report/compare.h"
#include "report/compare/sentences.h"

namespace graphwitness {
namespace {

constexpr const char* kDiffer = "outputs-differ";
constexpr const char* kWeak = "weak-comparison";

void add_pair(const ComparisonReport& report, const PairComparison& pair, ResultLog& log) {
  const ResultPlace reference{.file = report.reference, .message = "the reference"};
  log.targets.push_back({.model = pair.candidate, .outcome = sentence(report, pair), .error = pair.error});
  if (!pair.error.empty()) log.errors.push_back(pair.error);
  for (const OutputComparison& output : pair.outputs) {
    if (output.difference == Difference::none) continue;
    log.results.push_back({.rule = kDiffer,
                           .severity = Severity::error,
                           .message = sentence(output),
                           .model = pair.candidate,
                           .at = {.file = pair.candidate},
                           .related = {reference},
                           .fingerprint = pair.candidate + ":" + output.name});
  }
  for (const std::string& warning : pair.warnings) {
    log.results.push_back({.rule = kWeak,
                           .severity = Severity::warning,
                           .message = warning + "; agreement says little",
                           .model = pair.candidate,
                           .at = {.file = pair.candidate},
                           .related = {reference}});
  }
}

}  // namespace

ResultLog results_of(const ComparisonReport& report) {
  ResultLog log{.rules = {{.id = kDiffer, .summary = "a model returns something else than the reference"},
                          {.id = kWeak, .summary = "outputs agree on inputs that say little"}},
                .targets = {},
                .results = {}};
  if (!report.error.empty()) log.errors.push_back(report.error);
  for (const PairComparison& pair : report.pairs) add_pair(report, pair, log);
  return log;
}

}  // namespace graphwitness
