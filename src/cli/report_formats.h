#pragma once
/// The formats of commands that print a report.

#include <array>
#include <ostream>
#include <string_view>

#include "graphwitness/report/results.h"

namespace graphwitness {

inline constexpr std::array<std::string_view, 6> kReportFormats{"text", "json", "sarif", "junit", "github", "markdown"};

/// Whether a format shows a plain list of results.
bool is_result_format(std::string_view format);
void write_results(std::ostream& out, std::string_view format, const ResultLog& log);

}  // namespace graphwitness
