#pragma once
/// Types and literals as short text for people; print() of ir/text.h has the exact form.
///
/// Limits: what nests deeper than four levels shows as `…`, and long lists are cut, with their length.

#include <string>

#include "graphwitness/ir/graph.h"

namespace graphwitness::picture {

/// "f32[1, 64, ?, n]", "tensor" (nothing known), "list<int>", "" for an unknown type.
std::string type_text(const Graph& graph, TypeId type);

/// "2", "0.5", "'mean'", "[3, 3]".
std::string literal_text(const Graph& graph, const Literal& literal);

/// The number that a tensor of one element holds, else its type.
std::string tensor_text(const Graph& graph, TensorId tensor);
/// Whether tensor_text() gives numbers: a handful of inline elements.
bool small_number(const Graph& graph, TensorId tensor);

/// "file.py:12 in forward", callers on the following lines; "" when unknown.
std::string location_text(const Graph& graph, LocationId location);

/// "file.py:12", of the innermost frame and without the file's folder; "" when unknown.
std::string short_place(const Graph& graph, LocationId location);

/// "1,234"
std::string count_text(std::size_t count);

}  // namespace graphwitness::picture
