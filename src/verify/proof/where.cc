#include "verify/proof/where.h"

#include <fmt/format.h>

namespace graphwitness::proof {
namespace {

bool is_own_code(std::string_view file) {
  return file.find("/torch/") == file.npos && !file.starts_with("torch/") && file.find("/torchvision/") == file.npos;
}

}  // namespace

std::string where(const Graph& graph, NodeId node) {
  if (!node) return "the end";
  const std::string_view op = graph[graph[node].op];
  Location found{};
  LocationId at = graph[node].loc;
  for (int depth = 0; at && depth < 1000; ++depth) {
    const Location& frame = graph[at];
    const bool known = frame.file && frame.line != 0;
    if (known && found.line == 0) found = frame;
    if (known && is_own_code(graph[frame.file])) {
      found = frame;
      break;
    }
    at = frame.caller;
  }
  if (found.line == 0) return fmt::format("`{}`", op);
  return fmt::format("`{}` at {}:{}", op, graph[found.file], found.line);
}

}  // namespace graphwitness::proof
