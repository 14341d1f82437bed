#pragma once
/// Applies the severities and overrides of the settings to findings.

#include <string>

#include "gate/settings.h"
#include "graphwitness/report/report.h"

namespace graphwitness::gate {

/// Of several overrides that fit, the last counts. `today` is "2027-01-31"; what has expired does nothing, and is a
/// remark of the report.
void apply_settings(Report& report, const Settings& settings, const std::string& today);

/// Today's date here.
std::string local_date();

}  // namespace graphwitness::gate
