#pragma once
/// The worker's commands `search` and `replay`: the task on standard input, answers to file descriptor 3.

#include <optional>
#include <span>
#include <string>

namespace graphwitness::verify::worker {

/// The exit status; none when the words name no command of these.
std::optional<int> command(std::span<const std::string> words);

}  // namespace graphwitness::verify::worker
