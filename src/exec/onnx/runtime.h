#pragma once
/// ONNX Runtime, opened when it is needed; which one, support/onnxruntime_library.h says.

#include <string>

namespace graphwitness::exec::onnx {

/// Makes Ort:: usable, once. Throws InputError that says how to get ONNX Runtime.
void open_runtime();

/// "1.30.0", of the library that was opened.
std::string runtime_version();

}  // namespace graphwitness::exec::onnx
