#pragma once
/// Which outputs of a graph are drawn at random, so that two runtimes cannot agree on their numbers.
///
/// Limits: ONNX only. Two TorchScript models draw the same numbers from the same seed.

#include <string>
#include <vector>

namespace graphwitness::exec {

/// One for each output of the model's graph; nothing for what is no ONNX model, or cannot be read.
std::vector<bool> random_outputs(const std::string& path);

}  // namespace graphwitness::exec
