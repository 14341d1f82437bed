#include "support/version.h"

namespace graphwitness {

std::string_view version() { return GRAPHWITNESS_VERSION; }

}  // namespace graphwitness
