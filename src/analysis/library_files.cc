#include "analysis/library_files.h"

#include <algorithm>
#include <array>

namespace graphwitness {
namespace {

/// What follows `torch/` in PyTorch's own tree; a user's folder may be called `torch` as well.
constexpr std::array<std::string_view, 12> kInsideTorch{"nn/",    "functional.py", "_tensor.py",    "_jit_internal.py",
                                                        "jit/",   "ao/",           "quantization/", "distributions/",
                                                        "_refs/", "_decomp/",      "onnx/",         "overrides.py"};

}  // namespace

bool is_library_file(std::string_view file) {
  if (file == "<string>") return true;  // what the script compiler itself writes
  for (std::size_t at = file.find("torch/"); at != std::string_view::npos; at = file.find("torch/", at + 1)) {
    if (at > 0 && file[at - 1] != '/') continue;
    if (file.substr(0, at).ends_with("-packages/")) return true;
    const std::string_view rest = file.substr(at + 6);
    if (std::ranges::any_of(kInsideTorch, [&](std::string_view start) { return rest.starts_with(start); })) return true;
  }
  return false;
}

}  // namespace graphwitness
