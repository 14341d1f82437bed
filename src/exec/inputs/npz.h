#pragma once
/// Archives of arrays as NumPy saves them.
///
/// Limits: stored and deflated entries; at most kMostNpzBytes unpacked, since a small archive can claim any size.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "exec/value.h"

namespace graphwitness::exec {

inline constexpr std::uint64_t kMostNpzBytes = std::uint64_t{2} << 30U;

struct NamedTensor {
  std::string name;  ///< without `.npy`
  Tensor tensor;
};

/// Throws InputError that says what is wrong, without the file's name.
std::vector<NamedTensor> read_npz(const std::string& path);
/// Throws InputError. Equal tensors give equal bytes.
std::string write_npz(const std::vector<NamedTensor>& tensors);
/// Whether a zip archive holds arrays of NumPy; false for what cannot be read.
bool is_npz(const std::string& path);

}  // namespace graphwitness::exec
