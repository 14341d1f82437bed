#pragma once
/// Where the programs that belong to this one lie: beside it, or where one that lies in bin/ has them. Build tree and
/// installation have the same layout, so one relative path serves both; a program that was moved away from its
/// companions does not find them. Linux only (/proc/self/exe).

#include <filesystem>

namespace graphwitness {

/// They name the programs instead of those beside this program; for tests.
inline constexpr const char* kModelsVariable = "GRAPHWITNESS_MODELS";
inline constexpr const char* kTorchWorkerVariable = "GRAPHWITNESS_TORCH_WORKER";

inline constexpr const char* kOnnxWorkerVariable = "GRAPHWITNESS_ONNX_WORKER";

/// The program that reads models, which `graphwitness` becomes. The file need not exist.
std::filesystem::path models_program();
/// The program that loads TorchScript archives. The file need not exist.
std::filesystem::path torch_worker_program();
/// The program that runs ONNX models. The file need not exist: it is built only where ONNX Runtime's headers are.
std::filesystem::path onnx_worker_program();

}  // namespace graphwitness
