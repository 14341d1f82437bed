#pragma once
/// Timings that were measured elsewhere, such as those of eager PyTorch: JSON that the recipe in docs/bench.md writes.

#include <string>

#include "graphwitness/findings/benchmark.h"

namespace graphwitness {

/// Throws InputError that names the file.
BenchedModel read_native_timings(const std::string& path);

}  // namespace graphwitness
