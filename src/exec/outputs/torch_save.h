#pragma once
/// Values as `torch.save` writes them: a zip archive with a pickle and one entry a tensor, which `torch.load` reads.
///
/// Limits: contiguous tensors on the CPU; no opaque values, no 32 bit complex numbers.

#include <string>
#include <utility>
#include <vector>

#include "exec/value.h"

namespace graphwitness::exec {

/// The pickle, and the bytes of the tensors that it names `0`, `1`, ... Throws InputError for what cannot be saved.
struct Pickled {
  std::string pickle;
  std::vector<std::string> tensors;
};
Pickled pickle_value(const Value& value);

/// Writes a file of `torch.save`, under a temporary name first. Throws InputError.
void save_value(const Value& value, const std::string& path);

/// Writes entries as they are, not compressed, into a zip archive; under a temporary name first. Throws InputError.
void write_zip(const std::string& path, const std::vector<std::pair<std::string, std::string>>& entries);

}  // namespace graphwitness::exec
