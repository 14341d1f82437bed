#pragma once
/// What a finding is known by from one run to the next.
///
/// It is made of what stays when values are renamed or renumbered, weights retrained and lines moved: the rule, the
/// file's name, the method and the source line without its comments; where no line is known, the module and the
/// operators on the way. Equal ones are numbered in their order. Limit: who edits the line changes the fingerprint, but
/// not `structure`, which has the operators instead.

#include <vector>

#include "graphwitness/findings/finding.h"

namespace graphwitness {

/// In the order in which they will be shown.
void set_fingerprints(std::vector<Finding>& findings);

}  // namespace graphwitness
