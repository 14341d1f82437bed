#pragma once
/// Verdicts in one line, for reports that have only that much room.

#include <string>
#include <string_view>

#include "graphwitness/findings/verification.h"

namespace graphwitness {

/// "`a.pt` against `b.pt`, `forward`", or against the replay of its trace.
std::string name_of_pair(const VerificationReport& report);

/// "same shapes: refuted: output `0`: ...", with the first reason where it is undecided.
std::string sentence(std::string_view scope, const ScopeReport& report);

}  // namespace graphwitness
