#include "exec/worker_commands.h"

#include <fcntl.h>
#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "graphwitness/support/error.h"
#include "support/process_memory.h"
#include "support/program_files.h"

namespace graphwitness::exec {
namespace {

constexpr std::uint64_t kLeastMemory = 1U << 30U;

}  // namespace

FileHandle shared_memory(std::string_view bytes) {
  FileHandle file(memfd_create("graphwitness-request", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!file) throw std::system_error(errno, std::generic_category(), "memfd_create");
  while (!bytes.empty()) {
    const ssize_t written = write(file.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) throw InputError("the inputs do not fit into memory");
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  fcntl(file.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL);
  return file;
}

SubprocessCommand worker_command(std::filesystem::path program, std::vector<std::string> words,
                                 const WorkerLimits& limits, std::size_t workers) {
  SubprocessCommand command;
  command.program = std::move(program);
  command.arguments = std::move(words);
  command.timeout = limits.timeout;
  const std::uint64_t share = std::max(kLeastMemory, usable_memory() / 4 * 3 / workers);
  command.memory_limit = limits.memory == 0 ? share : limits.memory;
  command.result_limit = share;
  return command;
}

SubprocessCommand model_command(const std::string& word, const std::string& path, Device device,
                                const WorkerLimits& limits, std::size_t workers) {
  std::vector<std::string> words{word, path};
  if (device == Device::cuda) words.emplace_back("cuda");
  return worker_command(is_onnx_model(path) ? onnx_worker_program() : torch_worker_program(), std::move(words), limits,
                        workers);
}

}  // namespace graphwitness::exec
