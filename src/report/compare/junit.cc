#include "report/junit.h"

#include <string>
#include <vector>

#include "graphwitness/report/compare.h"
#include "report/compare/sentences.h"

namespace graphwitness {
namespace {

using Outcome = JunitCase::Outcome;

JunitCase case_of(const ComparisonReport& report, const PairComparison& pair) {
  JunitCase one{.name = pair.candidate, .group = report.reference};
  const std::string& error = pair.error.empty() ? report.error : pair.error;
  if (!error.empty()) {
    one.outcome = Outcome::error;
    one.message = error;
    return one;
  }
  one.outcome = pair.match ? Outcome::passed : Outcome::failed;
  one.message = sentence(report, pair);
  for (const OutputComparison& output : pair.outputs) one.details += sentence(output) + "\n";
  for (const std::string& warning : pair.warnings) one.details += "warning: " + warning + "\n";
  return one;
}

}  // namespace

void write_compare_junit(std::ostream& out, const ComparisonReport& report) {
  std::vector<JunitCase> cases;
  for (const PairComparison& pair : report.pairs) cases.push_back(case_of(report, pair));
  if (report.pairs.empty() && !report.error.empty()) {
    cases.push_back(
        {.name = report.reference, .group = report.reference, .outcome = Outcome::error, .message = report.error});
  }
  write_junit(out, "graphwitness compare", cases);
}

}  // namespace graphwitness
