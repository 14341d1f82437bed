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

std::string_view name_of(Cause cause) {
  switch (cause) {
    case Cause::arm:
      return "arm";
    case Cause::loop:
      return "loop";
    case Cause::number:
      return "number";
    case Cause::dtype:
      return "dtype";
    case Cause::weight:
      return "weight";
    case Cause::operation:
      return "operation";
    case Cause::raise:
      return "raise";
    case Cause::arithmetic:
      break;
  }
  return "arithmetic";
}

}  // namespace graphwitness
