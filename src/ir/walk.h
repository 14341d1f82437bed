#pragma once
/// Visits a block, its nodes and the blocks nested in them in file order, without recursion.

#include <cstdint>
#include <vector>

#include "graphwitness/ir/graph.h"

namespace graphwitness {

/// Calls visitor.enter(BlockId), visitor.visit(NodeId) before the node's own blocks, visitor.leave(BlockId).
template <class Visitor>
void walk(const Graph& graph, BlockId root, Visitor&& visitor) {
  struct Frame {
    BlockId block;
    std::uint32_t next_node = 0;
    NodeId node;  ///< whose blocks are being visited; none: between nodes
    std::uint32_t next_block = 0;
  };
  std::vector<Frame> stack{{.block = root, .node = {}}};
  visitor.enter(root);
  while (!stack.empty()) {
    Frame& frame = stack.back();
    if (frame.node) {
      const auto blocks = graph[graph[frame.node].blocks];
      if (frame.next_block < blocks.size()) {
        const BlockId nested = blocks[frame.next_block++];
        stack.push_back({.block = nested, .node = {}});
        visitor.enter(nested);
        continue;
      }
      frame.node = {};
    }
    const auto nodes = graph[graph[frame.block].nodes];
    if (frame.next_node == nodes.size()) {
      visitor.leave(frame.block);
      stack.pop_back();
      continue;
    }
    frame.node = nodes[frame.next_node++];
    frame.next_block = 0;
    visitor.visit(frame.node);
  }
}

}  // namespace graphwitness
