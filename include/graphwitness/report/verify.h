#pragma once
/// What `verify` has to say, rendered. One function for each format.

#include <iosfwd>

#include "graphwitness/findings/verification.h"
#include "graphwitness/report/results.h"

namespace graphwitness {

/// For people. Without `summary`, only what was refuted.
void write_verify_text(std::ostream& out, const VerificationReport& report, bool color, bool summary);

/// docs/verify.schema.json describes it.
void write_verify_json(std::ostream& out, const VerificationReport& report);

/// One test case a scope: a failure where it is refuted, skipped where it is undecided (a failure when `strict`).
void write_verify_junit(std::ostream& out, const VerificationReport& report, bool strict);

/// One result for each scope that is not proved, at the first decision that came out otherwise.
ResultLog results_of(const VerificationReport& report, bool strict);

}  // namespace graphwitness
