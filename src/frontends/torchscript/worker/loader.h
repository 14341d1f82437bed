#pragma once
/// A TorchScript archive as a Graph, by LibTorch's parts and without running anything that the archive holds.
///
/// Limits: archives of `torch.jit.save` (PyTorch 1.4 on); weights are not read.

#include <span>
#include <string>

#include "graphwitness/ir/graph.h"

namespace graphwitness::torchscript {

/// `remarks` are added to the graph's own. Throws InputError, whose text names the file.
Graph load(const std::string& path, std::span<const std::string> remarks);

}  // namespace graphwitness::torchscript
