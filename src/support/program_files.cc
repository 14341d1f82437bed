#include "support/program_files.h"

#include <cstdlib>

namespace graphwitness {

namespace {

std::filesystem::path companion(const char* variable, const char* name) {
  if (const char* chosen = std::getenv(variable); chosen != nullptr && *chosen != '\0') return chosen;
  const std::filesystem::path folder = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  return (folder / GRAPHWITNESS_BIN_TO_LIBEXEC / name).lexically_normal();
}

}  // namespace

std::filesystem::path torch_worker_program() { return companion(kTorchWorkerVariable, "graphwitness-torch-worker"); }

std::filesystem::path onnx_worker_program() { return companion(kOnnxWorkerVariable, "graphwitness-onnx-worker"); }

}  // namespace graphwitness
