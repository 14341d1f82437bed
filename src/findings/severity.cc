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

}  // namespace graphwitness
