#pragma once
/// Where in the Python a node of LibTorch's graphs stands, and what the Python says there.
///
/// Limits: as far as the archive's debug records tell.

#include <torch/csrc/jit/ir/ir.h>

#include <span>
#include <string>

#include "verify/search.h"

namespace graphwitness::verify::worker {

/// The innermost place outside of PyTorch; `chain`: the node, then the calls that led to it, innermost first.
Place place_of(std::span<const torch::jit::Node* const> chain);

/// Whether Python's `int()`, which the script compiler drops around what is an int already, stands right around what
/// this node computes.
bool inside_int(const torch::jit::Node* node);
/// Whether it stands around the item at `index` of the list that is this node's only user's argument, there or where
/// the variable that is passed was assigned.
bool item_inside_int(const torch::jit::Node* list, std::size_t index);

/// Whether the Python function that the graph was compiled from is decorated as one that scripts itself, so that a
/// trace keeps it as it is.
bool stays_script(const torch::jit::Graph& graph);

}  // namespace graphwitness::verify::worker
