#pragma once
/// How a worker that ran a model came to its end without having done its work, for people.

#include <string>

#include "support/subprocess.h"

namespace graphwitness::exec {

/// "it was killed by SIGABRT (Aborted); its last words: `...`". One line.
std::string worker_end(const SubprocessCommand& command, const SubprocessOutcome& outcome);

}  // namespace graphwitness::exec
