#include <string_view>

#include "graphwitness/report/report.h"
#include "report/phrases.h"

namespace graphwitness {

FindingCounts count_findings(const ModelReport& model) {
  FindingCounts counts;
  for (const Finding& finding : model.findings) {
    if (finding.suppressed) continue;
    switch (finding.severity) {
      case Severity::error:
        ++counts.errors;
        break;
      case Severity::warning:
        ++counts.warnings;
        break;
      case Severity::note:
        ++counts.notes;
        break;
    }
  }
  return counts;
}

FindingCounts count_findings(const Report& report) {
  FindingCounts total;
  for (const ModelReport& model : report.models) {
    const FindingCounts counts = count_findings(model);
    total.errors += counts.errors;
    total.warnings += counts.warnings;
    total.notes += counts.notes;
  }
  return total;
}

std::string counts_in_words(const FindingCounts& counts) {
  std::string text;
  const auto add = [&](std::size_t count, std::string_view noun) {
    if (count == 0) return;
    text += (text.empty() ? "" : ", ") + counted(count, noun);
  };
  add(counts.errors, "error");
  add(counts.warnings, "warning");
  add(counts.notes, "note");
  return text.empty() ? "nothing found" : text;
}

}  // namespace graphwitness
