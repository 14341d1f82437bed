#pragma once
/// Reads a whole file of a kind that is small: settings, a baseline.

#include <cstddef>
#include <string>

namespace graphwitness {

/// Throws InputError that names the file: it does not exist, is no file, or is larger than `most` bytes.
std::string read_small_file(const std::string& path, std::size_t most);

}  // namespace graphwitness
