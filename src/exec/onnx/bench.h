#pragma once
/// The worker's side of `bench` for ONNX: run as ONNX Runtime runs it by default, with its optimiser on.

#include <string>

namespace graphwitness::exec::onnx {

/// The request is on standard input. Throws Ort::Exception and InputError.
void bench(const std::string& path);

}  // namespace graphwitness::exec::onnx
