#include "report/sarif.h"

#include "graphwitness/report/compare.h"
#include "report/compare/sentences.h"

namespace graphwitness {
namespace {

constexpr const char* kDiffer = "outputs-differ";
constexpr const char* kWeak = "weak-comparison";

void add_pair(const ComparisonReport& report, const PairComparison& pair, SarifLog& log) {
  const SarifPlace reference{.file = report.reference, .message = "the reference"};
  if (!pair.error.empty()) log.errors.push_back(pair.error);
  for (const OutputComparison& output : pair.outputs) {
    if (output.difference == Difference::none) continue;
    log.results.push_back({.rule = kDiffer,
                           .level = "error",
                           .message = sentence(output),
                           .at = {.file = pair.candidate},
                           .related = {reference},
                           .fingerprint = pair.candidate + ":" + output.name});
  }
  for (const std::string& warning : pair.warnings) {
    log.results.push_back({.rule = kWeak,
                           .level = "warning",
                           .message = warning + "; agreement says little",
                           .at = {.file = pair.candidate},
                           .related = {reference}});
  }
}

}  // namespace

void write_compare_sarif(std::ostream& out, const ComparisonReport& report) {
  SarifLog log{.rules = {{.id = kDiffer, .summary = "a model returns something else than the reference"},
                         {.id = kWeak, .summary = "outputs agree on inputs that say little"}},
               .results = {},
               .errors = {}};
  if (!report.error.empty()) log.errors.push_back(report.error);
  for (const PairComparison& pair : report.pairs) add_pair(report, pair, log);
  write_sarif(out, log);
}

}  // namespace graphwitness
