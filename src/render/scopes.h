#pragma once
/// The module that each node belongs to, for the frames of a picture.
///
/// A node whose location does not say belongs where both the nodes before and after it are: the common part of their
/// paths. Limit: a picture then shows a guess for such nodes, which never moves one that does say.

#include <string_view>
#include <vector>

#include "graphwitness/ir/graph.h"
#include "render/absorbed.h"

namespace graphwitness::picture {

/// Dotted module paths by NodeId; "" is the root. The views live as long as the graph.
std::vector<std::string_view> scopes_of_nodes(const Graph& graph, const Absorbed& absorbed);

/// The longest dotted path that both paths start with.
std::string_view common_scope(std::string_view a, std::string_view b);

}  // namespace graphwitness::picture
