#include <iostream>

#include "graphwitness/ir/text.h"

int main() {
  const graphwitness::Graph graph = graphwitness::read_ir(
                                        "graph(%x: tensor<f32, 4>):\n"
                                        "  %y = aten::relu(%x)\n"
                                        "  return %y\n")
                                        .graph;
  for (const graphwitness::NodeId node : graph.all_nodes()) std::cout << graph[graph[node].op] << '\n';
}
