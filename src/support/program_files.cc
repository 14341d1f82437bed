#include "support/program_files.h"

#include <cstdlib>

namespace graphwitness {

std::filesystem::path torch_worker_program() {
  if (const char* chosen = std::getenv(kTorchWorkerVariable); chosen != nullptr && *chosen != '\0') return chosen;
  const std::filesystem::path folder = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  return (folder / GRAPHWITNESS_BIN_TO_LIBEXEC / "graphwitness-torch-worker").lexically_normal();
}

}  // namespace graphwitness
