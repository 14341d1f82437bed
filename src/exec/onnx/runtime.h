#pragma once
/// ONNX Runtime, opened when it is needed: the library that GRAPHWITNESS_ONNXRUNTIME names, or the one that was there
/// when this program was built, or the system's.

#include <string>

namespace graphwitness::exec::onnx {

/// Names the library to open.
inline constexpr const char* kRuntimeVariable = "GRAPHWITNESS_ONNXRUNTIME";

/// Makes Ort:: usable, once. Throws InputError that says how to get ONNX Runtime.
void open_runtime();

/// "1.30.0", of the library that was opened.
std::string runtime_version();

}  // namespace graphwitness::exec::onnx
