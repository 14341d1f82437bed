#pragma once
/// What `compare` has to say, rendered. One function for each format.

#include <iosfwd>

#include "graphwitness/findings/comparison.h"
#include "graphwitness/report/results.h"

namespace graphwitness {

/// For people. Models that could not be run are left to standard error. Without `summary`, only differences.
void write_compare_text(std::ostream& out, const ComparisonReport& report, bool color, bool summary);

/// docs/compare.schema.json describes it.
void write_compare_json(std::ostream& out, const ComparisonReport& report);

/// One test case a candidate: a failure where it differs, an error where it could not be run.
void write_compare_junit(std::ostream& out, const ComparisonReport& report);

/// One result for each output that differs, of the rule `outputs-differ`, at the candidate's file.
ResultLog results_of(const ComparisonReport& report);

}  // namespace graphwitness
