#pragma once
/// The worker's command `watch PATH`: the request on standard input, of which the first sample is run.

#include <optional>
#include <span>
#include <string>

namespace graphwitness::localize::worker {

/// The exit status; none when the words name no command of these. Answers go to file descriptor 3.
std::optional<int> command(std::span<const std::string> words);

}  // namespace graphwitness::localize::worker
