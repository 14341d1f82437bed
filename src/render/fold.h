#pragma once
/// Decides what of an outline is drawn as one box, so that a picture stays readable.
///
/// Modules and control flow go first, the deepest before the others, alike ones together; then runs of neighbours, cut
/// where the fewest values cross; what is marked goes last. Limit: three boxes a function (inputs, operations, outputs)
/// always remain.

#include <cstdint>
#include <string>
#include <vector>

#include "graphwitness/ir/graph.h"
#include "graphwitness/render/render.h"
#include "render/outline.h"

namespace graphwitness::picture {

/// Neighbouring entries that the picture shows as one thing.
struct Piece {
  std::uint32_t first = 0;  ///< entries [first, last)
  std::uint32_t last = 0;
  std::uint32_t span = kNowhere;  ///< the span folded into it; kNowhere: a single entry, or a run of neighbours
  bool is_run = false;            ///< neighbours without a name of their own
  std::uint32_t repeats = 1;      ///< equal spans, of which `span` is the first
};

/// At a glance: what the default depth aims at.
inline constexpr std::uint32_t kReadablePieces = 45;

struct FoldLimits {
  std::uint32_t depth = RenderOptions::kAll;  ///< levels of modules that stay open
  std::uint32_t pieces = 0;                   ///< 0: no limit
  std::uint32_t readable = kReadablePieces;   ///< at RenderOptions::kReadable: what is aimed at
  /// What has no mark is folded, limit or not: runs of it to one piece each.
  bool marked_only = false;
};

/// Pieces in the order of the entries, each entry in exactly one. `marks` are by entry.
/// `repeats` are rows of equal spans, the outer ones first. Where something is folded at all, those without a mark
/// become one piece; at a depth that was asked for, only those below it.
std::vector<Piece> fold(const Graph& graph, const Outline& outline, const std::vector<Mark::Kind>& marks,
                        const std::vector<std::vector<std::uint32_t>>& repeats, const FoldLimits& limits);

}  // namespace graphwitness::picture
