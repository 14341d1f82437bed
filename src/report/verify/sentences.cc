#include "report/verify/sentences.h"

#include <fmt/format.h>

namespace graphwitness {

std::string name_of_pair(const VerificationReport& report) {
  const std::string other = report.traced.empty() ? "the replay of its trace" : fmt::format("`{}`", report.traced);
  return fmt::format("`{}` against {}, `{}`", report.scripted, other, report.method);
}

std::string sentence(std::string_view scope, const ScopeReport& report) {
  const std::string verdict = fmt::format("{}: {}", scope, name_of(report.verdict));
  if (report.witness) return fmt::format("{}: {}", verdict, report.witness->difference);
  return report.reasons.empty() ? verdict : fmt::format("{}: {}", verdict, report.reasons.front());
}

}  // namespace graphwitness
