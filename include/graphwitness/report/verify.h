#pragma once
/// What `verify` has to say, rendered. One function for each format.

#include <iosfwd>

#include "graphwitness/findings/verification.h"

namespace graphwitness {

/// For people. Without `summary`, only what was refuted.
void write_verify_text(std::ostream& out, const VerificationReport& report, bool color, bool summary);

/// docs/verify.schema.json describes it.
void write_verify_json(std::ostream& out, const VerificationReport& report);

}  // namespace graphwitness
