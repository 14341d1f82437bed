#pragma once
/// The worker's commands that run a model: `run PATH [cuda]` and `bench PATH [cuda]` (the request on standard input),
/// `inputs PATH METHOD`, `values FILE`.
///
/// But for `bench`, each sample sees a model as freshly loaded, the same random seed, no gradients, and the graph as it
/// is in the file, not as the optimiser would have it.

#include <optional>
#include <span>
#include <string>

namespace graphwitness::exec::worker {

/// The exit status; none when the words name no command of these. Answers go to file descriptor 3.
std::optional<int> command(std::span<const std::string> words);

}  // namespace graphwitness::exec::worker
