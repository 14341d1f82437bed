#pragma once
/// Values that lie in files of PyTorch, read as data: nothing that a pickle names is looked up or called.
///
/// Limits: what `torch.save` writes since PyTorch 1.6 (zip files); strided tensors of the types that have a name in
/// exec/dtype.h, plain containers and numbers.

#include <optional>
#include <string>

#include "exec/value.h"

namespace graphwitness::exec::worker {

/// The one value of a file of `torch.save`. Throws InputError.
Value saved_value(const std::string& path);

/// What a TorchScript archive says it was traced with (PyTorch 2.x writes it): a tuple of arguments. A tensor whose
/// data are not in the file is a string that says its type, "float32[20]". None where the archive does not say.
std::optional<Value> traced_inputs(const std::string& path, const std::string& method);

}  // namespace graphwitness::exec::worker
