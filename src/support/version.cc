#include "support/version.h"

#include <array>

namespace graphwitness {

std::string_view version() { return GRAPHWITNESS_VERSION; }

std::span<const LibraryVersion> library_versions() {
  static constexpr std::array<LibraryVersion, 3> kVersions{{
      {"LibTorch", GRAPHWITNESS_TORCH_VERSION},
      {"ONNX", GRAPHWITNESS_ONNX_VERSION},
      {"Graphviz", GRAPHWITNESS_GRAPHVIZ_VERSION},
  }};
  return kVersions;
}

}  // namespace graphwitness
