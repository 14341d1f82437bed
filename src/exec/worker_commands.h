#pragma once
/// How the worker programs that run models are called.

#include <string>
#include <string_view>
#include <vector>

#include "exec/workers.h"
#include "support/file_handle.h"
#include "support/subprocess.h"

namespace graphwitness::exec {

/// Bytes that several workers may read and none can change.
FileHandle shared_memory(std::string_view bytes);

/// `workers`: how many run at the same time and share this machine's memory.
SubprocessCommand worker_command(std::filesystem::path program, std::vector<std::string> words,
                                 const WorkerLimits& limits, std::size_t workers);

/// The worker that does `word` with this model: `run`, `bench`.
SubprocessCommand model_command(const std::string& word, const std::string& path, Device device,
                                const WorkerLimits& limits, std::size_t workers);

}  // namespace graphwitness::exec
