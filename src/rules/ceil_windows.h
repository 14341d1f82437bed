#pragma once
/// Pooling with ceil_mode: PyTorch drops a window that would start in the padding behind the input, ONNX keeps it.

#include <cstdint>
#include <optional>

namespace graphwitness {

/// One spatial dimension of a pooling.
struct PooledDim {
  std::int64_t kernel = 1;
  std::int64_t stride = 1;
  std::int64_t dilation = 1;
  std::int64_t pad_begin = 0;
  std::int64_t pad_end = 0;
  std::optional<std::int64_t> size;  ///< of the input; none: any
};

/// Whether the last window can start behind the input, at its size, or at some size where that is open.
bool has_stray_window(const PooledDim& dim);

}  // namespace graphwitness
