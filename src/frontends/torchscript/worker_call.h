#pragma once
/// How this process asks a worker to read a TorchScript archive, and understands what it answers: the graph as IR text
/// after a line `ok`, or one line for the user after a line `error`.

#include <string>

#include "graphwitness/frontends/load.h"
#include "graphwitness/ir/graph.h"
#include "support/subprocess.h"

namespace graphwitness {

SubprocessCommand torchscript_worker(const std::string& path, const LoadOptions& options);

/// Throws InputError, whatever became of the worker; the message does not name the model.
Graph graph_from_worker(const SubprocessCommand& command, const SubprocessOutcome& outcome);

}  // namespace graphwitness
