#include "analysis/origin.h"

#include <array>
#include <cstddef>

namespace graphwitness {

std::string_view name_of(Origin origin) {
  constexpr std::array<std::string_view, kOrigins> kNames{"data",   "shape",    "rank",     "dtype",    "device",
                                                          "layout", "gradient", "metadata", "argument", "attribute",
                                                          "state",  "random",   "training", "mode"};
  return kNames[static_cast<std::size_t>(origin)];
}

}  // namespace graphwitness
