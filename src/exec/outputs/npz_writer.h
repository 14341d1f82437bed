#pragma once
/// Arrays as NumPy saves them. Limits: dtypes that NumPy has, so no bfloat16; elements in row-major order.

#include <optional>
#include <string>
#include <vector>

#include "exec/inputs/npz.h"
#include "exec/value.h"

namespace graphwitness::exec {

/// One `.npy` file; nothing when NumPy has no such dtype.
std::optional<std::string> write_npy(const Tensor& tensor);

/// Whether NumPy has the dtypes of all of them.
bool can_write_npz(const std::vector<NamedTensor>& tensors);
/// Throws InputError.
void write_npz(const std::vector<NamedTensor>& tensors, const std::string& path);

}  // namespace graphwitness::exec
