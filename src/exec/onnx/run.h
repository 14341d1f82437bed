#pragma once
/// The commands of `graphwitness-onnx-worker`: `run PATH [cuda]` `bench PATH [cuda]`, `watch PATH` (the request
/// on standard input), `version`.
///
/// But for `bench`, the graph is run as it is in the file, not as ONNX Runtime's optimiser would have it.

#include <optional>
#include <span>

namespace graphwitness::exec::onnx {

/// The exit status; none when the words name no command. Answers go to file descriptor 3.
std::optional<int> command(std::span<char* const> words);

}  // namespace graphwitness::exec::onnx
