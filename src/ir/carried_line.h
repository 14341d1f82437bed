#pragma once
/// The line of Python at a location, where the file carries its source: scripted archives do, traced ones do not.

#include <string_view>

#include "graphwitness/ir/graph.h"

namespace graphwitness {

/// "" when the file carries no text of it, or the script compiler wrote it.
std::string_view carried_line(const Graph& graph, const Location& frame);

}  // namespace graphwitness
