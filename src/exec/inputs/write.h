#pragma once
/// Inputs written to files that `--inputs` reads again.
///
/// A name that ends in `.npz` is a file of NumPy, which holds one call; one that ends in `.npy` holds its only
/// argument; `.pt` is a file of `torch.save` with one call, by name where every argument has one; any other is a folder
/// of test data of ONNX, a folder `test_data_set_0`... for each call.

#include <string>
#include <vector>

#include "exec/messages.h"

namespace graphwitness::exec {

/// Throws InputError that names the file. Arguments that are no tensors or numbers have no place in `.npz`.
void write_inputs(const std::string& path, const std::vector<Sample>& samples);

}  // namespace graphwitness::exec
