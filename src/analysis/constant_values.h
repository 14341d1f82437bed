#pragma once
/// What a value that a file holds as a constant is: numbers, flags, lists, tensors, also behind operators that only
/// pass them on. Arithmetic is not folded.

#include <optional>
#include <string>
#include <vector>

#include "graphwitness/ir/graph.h"

namespace graphwitness {

/// The value behind conversions and casts that do not change it.
ValueId behind_passing(const Graph& graph, ValueId value);

/// The `prim::Constant` (or an ONNX constant) that the value is, also behind a cast or copy such as `torch.tensor`
/// records; none when it is computed.
NodeId constant_node(const Graph& graph, ValueId value);

/// The number that a constant holds: an int, float, bool or a tensor of one element.
std::optional<double> constant_number(const Graph& graph, ValueId value);

/// A constant as a message shows it: "3", "[2, 3]", "tensor of shape [3, 4]".
std::string constant_text(const Graph& graph, ValueId value);

/// The elements of a list or tuple that is made on the spot; empty for anything else.
std::vector<ValueId> listed_elements(const Graph& graph, ValueId value);

}  // namespace graphwitness
