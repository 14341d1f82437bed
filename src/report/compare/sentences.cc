#include "report/compare/sentences.h"

#include <fmt/format.h>

namespace graphwitness {

std::string sentence(const OutputComparison& output) {
  std::string text = fmt::format("output `{}`: {}", output.name,
                                 output.difference == Difference::none ? "agrees" : name_of(output.difference));
  if (output.reference != output.candidate) text += fmt::format(" {} against {}", output.reference, output.candidate);
  if (output.max_abs) text += fmt::format(", largest difference {:.3g}", *output.max_abs);
  if (output.max_rel) text += fmt::format(" (relative {:.3g})", *output.max_rel);
  if (output.mismatched != 0) text += fmt::format(", {} of {} elements off", output.mismatched, output.total);
  if (output.samples != 0) text += fmt::format(", in {} sample{}", output.samples, output.samples == 1 ? "" : "s");
  return text;
}

std::string sentence(const ComparisonReport& report, const PairComparison& pair) {
  if (pair.match) return fmt::format("outputs agree in {} sample{}", report.samples, report.samples == 1 ? "" : "s");
  return fmt::format("outputs differ in {} of {} sample{}", pair.differing_samples, report.samples,
                     report.samples == 1 ? "" : "s");
}

}  // namespace graphwitness
