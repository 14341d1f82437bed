#pragma once
/// Runs the worker that reads TorchScript on an archive, as `graphwitness` does.

#include <string>
#include <string_view>
#include <vector>

#include "graphwitness/ir/graph.h"

namespace graphwitness {

/// A file of the fixtures folder: "two_branch/scripted.pt".
std::string fixture(std::string_view name);

/// The graph of an archive that the worker can read; a failed check, and an empty graph, if it cannot.
Graph load_archive(const std::string& path);
/// The line with which the worker refuses an archive; a failed check, and "", if it says anything else.
std::string refusal(const std::string& path);

/// The first node of an operator; none if there is none.
NodeId find_node(const Graph& graph, std::string_view op);
std::size_t count_nodes(const Graph& graph, std::string_view op);
/// "file:line:column" of a frame, without what is unknown.
std::string place(const Graph& graph, LocationId location);
/// Values of all properties of that key.
std::vector<std::string> properties(const Graph& graph, std::string_view key);

}  // namespace graphwitness
