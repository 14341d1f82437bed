#pragma once
/// `--inputs`: calls of a model from files. `torch.save` files, `.npy` and `.npz`, told apart by content; a folder
/// holds a call (or several) in every file, in the order of their names.
///
/// A tuple or a dict by parameter names holds the arguments of one call, a list of those holds several calls, anything
/// else is the only argument. In `.npz`, arrays `arr_0`, `arr_1`... go by position, others by name.

#include <string>
#include <vector>

#include "exec/messages.h"
#include "exec/workers.h"

namespace graphwitness::exec {

using Call = std::vector<Argument>;

/// Throws InputError, naming the file.
std::vector<Call> read_calls(const std::string& path, const WorkerLimits& limits);

/// The calls that a value stands for. Throws InputError.
std::vector<Call> calls_of(Value value);

}  // namespace graphwitness::exec
