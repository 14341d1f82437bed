#pragma once
/// Starts the worker programs that run models and read inputs, all at once, and takes what they answer.

#include <chrono>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "exec/messages.h"
#include "support/subprocess.h"

namespace graphwitness::exec {

struct WorkerLimits {
  std::chrono::milliseconds timeout{300'000};  ///< for a worker's whole life; 0: none
  std::uint64_t memory = 0;                    ///< bytes for each worker; 0: a share of this machine's
};

/// Told from content; false for what cannot be read.
bool is_onnx_model(const std::string& path);

/// What became of one model.
struct ModelRun {
  std::string path;
  std::string error;     ///< one line that does not name the model; "": every sample was run
  std::string remark{};  ///< about how it was run, one line; "": as one would expect
  /// One a sample that was run, as bytes of `decode_answer`; in memory that the worker handed over.
  std::vector<std::string_view> answers{};
  std::deque<std::string> kept{};  ///< the bytes of answers that came from no worker
  SubprocessResult memory{};
};

/// Runs every model on the same samples, each in a worker of its own: TorchScript and ONNX, told apart by content. An
/// argument's name must be the first model's; to a model that does not know it, it goes by position, with a remark.
std::vector<ModelRun> run_models(const std::vector<std::string>& paths, const RunRequest& request,
                                 const WorkerLimits& limits);

/// Throws InputError, naming the file.
ModelInputs ask_model_inputs(const std::string& path, const std::string& method, const WorkerLimits& limits);
/// The value in a file of `torch.save`. Throws InputError, naming the file.
Value read_saved_value(const std::string& path, const WorkerLimits& limits);

}  // namespace graphwitness::exec
