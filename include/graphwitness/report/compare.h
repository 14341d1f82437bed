#pragma once
/// What `compare` has to say, rendered. One function for each format.

#include <iosfwd>

#include "graphwitness/findings/comparison.h"

namespace graphwitness {

/// For people. Models that could not be run are left to standard error. Without `summary`, only differences.
void write_compare_text(std::ostream& out, const ComparisonReport& report, bool color, bool summary);

/// docs/compare.schema.json describes it.
void write_compare_json(std::ostream& out, const ComparisonReport& report);

}  // namespace graphwitness
