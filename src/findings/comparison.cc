#include "graphwitness/findings/comparison.h"

namespace graphwitness {

std::string_view name_of(Difference difference) {
  switch (difference) {
    case Difference::none:
      return "none";
    case Difference::value:
      return "value";
    case Difference::dtype:
      return "dtype";
    case Difference::shape:
      return "shape";
    case Difference::structure:
      return "structure";
    case Difference::raise:
      break;
  }
  return "raise";
}

}  // namespace graphwitness
