#pragma once
/// Which files are PyTorch's own, and not the user's.

#include <string_view>

namespace graphwitness {

/// A file of PyTorch itself ("/usr/lib/python3/dist-packages/torch/nn/functional.py"), where the same pattern is by
/// design.
bool is_library_file(std::string_view file);

}  // namespace graphwitness
