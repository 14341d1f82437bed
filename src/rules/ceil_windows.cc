#include "rules/ceil_windows.h"

namespace graphwitness {
namespace {

bool is_stray_at(const PooledDim& dim, std::int64_t size) {
  const std::int64_t reach = dim.dilation * (dim.kernel - 1) + 1;
  const std::int64_t room = size + dim.pad_begin + dim.pad_end - reach;
  if (room < 0) return false;
  const std::int64_t windows = (room + dim.stride - 1) / dim.stride + 1;
  return (windows - 1) * dim.stride >= size + dim.pad_begin;
}

}  // namespace

bool has_stray_window(const PooledDim& dim) {
  constexpr std::int64_t kMostStride = 4096;
  if (dim.kernel < 1 || dim.dilation < 1 || dim.stride < 2 || dim.stride > kMostStride) return false;
  if (dim.size) return is_stray_at(dim, *dim.size);
  // Whether there is one repeats from stride to stride once the input is as long as a window.
  const std::int64_t first = dim.dilation * (dim.kernel - 1) + 1;
  for (std::int64_t size = first; size < first + dim.stride; ++size) {
    if (is_stray_at(dim, size)) return true;
  }
  return false;
}

}  // namespace graphwitness
