#include "graphwitness/findings/finding.h"

namespace graphwitness {

std::string_view name_of(Severity severity) {
  switch (severity) {
    case Severity::note:
      return "note";
    case Severity::warning:
      return "warning";
    case Severity::error:
      return "error";
  }
  return {};
}

std::string_view name_of(Suppression::By by) {
  switch (by) {
    case Suppression::By::comment:
      return "comment";
    case Suppression::By::settings:
      return "settings";
    case Suppression::By::baseline:
      break;
  }
  return "baseline";
}

}  // namespace graphwitness
