#pragma once
/// Which ONNX Runtime is used, told without opening it: that takes longer than asking for a version may.

#include <string>
#include <vector>

namespace graphwitness {

/// Names the library to open.
inline constexpr const char* kOnnxRuntimeVariable = "GRAPHWITNESS_ONNXRUNTIME";

/// What to hand to `dlopen`, the first that opens counts: what the variable names, alone; else what was there when this
/// program was built, then the system's.
std::vector<std::string> onnxruntime_libraries();

/// "1.30.0", as the library's symbols are marked; "": no such file, or its symbols are not marked.
std::string onnxruntime_version(const std::string& library);

/// The version that runs ONNX models here; "": there is none, or it does not say.
std::string onnxruntime_version_in_use();

}  // namespace graphwitness
