#include "support/program_files.h"

#include <cstdlib>

namespace graphwitness {

namespace {

std::filesystem::path companion(const char* variable, const char* name) {
  if (const char* chosen = std::getenv(variable); chosen != nullptr && *chosen != '\0') return chosen;
  const std::filesystem::path folder = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  if (std::filesystem::exists(folder / name)) return folder / name;
  return (folder / GRAPHWITNESS_BIN_TO_LIBEXEC / name).lexically_normal();
}

}  // namespace

std::filesystem::path models_program() { return companion(kModelsVariable, "graphwitness-models"); }

std::filesystem::path torch_worker_program() { return companion(kTorchWorkerVariable, "graphwitness-torch-worker"); }

std::filesystem::path onnx_worker_program() { return companion(kOnnxWorkerVariable, "graphwitness-onnx-worker"); }

}  // namespace graphwitness
