#include "cli/diff_picture.h"

#include <fmt/format.h>

#include <unordered_set>

namespace graphwitness {
namespace {

Mark::Kind mark_of(NodeFate fate) {
  switch (fate) {
    case NodeFate::lost:
      return Mark::Kind::lost;
    case NodeFate::frozen:
      return Mark::Kind::frozen;
    case NodeFate::changed:
      return Mark::Kind::changed;
    case NodeFate::kept:
      break;
  }
  return Mark::Kind::none;
}

/// What the box of the first node of a change says.
std::string text_of(const GraphChange& change) {
  if (change.kind == GraphChange::Kind::frozen && !change.right.empty()) return change.right;
  if (change.turns) return fmt::format("{} turns: {}", *change.turns, change.message);
  return change.message;
}

}  // namespace

void mark_changes(RenderOptions& options, const GraphDiff& diff, const Graph& left, const Graph& right) {
  std::unordered_set<std::uint32_t> told;
  for (const GraphChange& change : diff.changes) {
    if (change.minor) continue;
    bool is_first = true;
    for (NodeId node : change.left_nodes) {
      const Mark::Kind kind = mark_of(diff.fates[node.raw]);
      // What a lost arm holds is lost with it; constants in it need no box of their own.
      const bool is_constant = left[left[node].operands].empty() && left[node].blocks.count == 0;
      if (kind == Mark::Kind::none || (!is_first && is_constant)) continue;
      if (!is_first && !told.insert(node.raw).second) continue;
      options.marks.push_back(
          {.kind = kind, .node = node, .value = {}, .message = is_first ? text_of(change) : "lost"});
      told.insert(node.raw);
      is_first = false;
    }
  }
  // What is told elsewhere is marked without a word, so that it may be folded.
  for (const GraphChange& change : diff.changes) {
    if (change.minor) continue;
    for (NodeId node : change.repeat_nodes) {
      const Mark::Kind kind = mark_of(diff.fates[node.raw]);
      if (kind != Mark::Kind::none && told.insert(node.raw).second)
        options.marks.push_back({.kind = kind, .node = node, .value = {}, .message = ""});
    }
  }
  options.overlay = {.other = &right, .counterparts = diff.left_of, .added = diff.added};
}

}  // namespace graphwitness
