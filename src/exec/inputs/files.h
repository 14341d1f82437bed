#pragma once
/// `--inputs` and `--expected`: calls of a model, and what it returned, from files. `torch.save` files, `.npy` and
/// `.npz`, told apart by content; a folder holds a call (or several) in every file, in the order of their names. A
/// folder with a file `input_0.pb` is test data of ONNX: one call; a folder of folders `test_data_set_0`... is several.
///
/// A tuple or a dict by parameter names holds the arguments of one call, a list of those holds several calls, anything
/// else is the only argument. In `.npz`, arrays `arr_0`, `arr_1`... go by position, others by name.

#include <string>
#include <vector>

#include "exec/inputs/declared.h"
#include "exec/messages.h"
#include "exec/workers.h"

namespace graphwitness::exec {

using Call = std::vector<Argument>;

/// Throws InputError, naming the file. `declared`: what the ONNX model among those to run says, if there is one.
std::vector<Call> read_calls(const std::string& path, const WorkerLimits& limits,
                             const Declaration* declared = nullptr);

/// What models are expected to return, one result a call, from the same kinds of files: the value of `torch.save` is
/// what the model returned, or with several `calls` a list of that; of a folder of test data, `output_0.pb` and so on.
/// Throws InputError, naming the file.
std::vector<SampleResult> read_results(const std::string& path, std::size_t calls, const WorkerLimits& limits,
                                       const Declaration* declared = nullptr);

/// Whether a folder holds test data of ONNX with outputs, or folders of it.
bool has_expected_outputs(const std::string& path);

/// The calls that a value stands for. Throws InputError.
std::vector<Call> calls_of(Value value);

}  // namespace graphwitness::exec
