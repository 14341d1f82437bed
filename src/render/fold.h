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
};

struct FoldLimits {
  std::uint32_t depth = RenderOptions::kAll;  ///< levels of modules that stay open
  std::uint32_t pieces = 0;                   ///< 0: no limit
};

/// Pieces in the order of the entries, each entry in exactly one. `marks` are by entry.
std::vector<Piece> fold(const Graph& graph, const Outline& outline, const std::vector<Mark::Kind>& marks,
                        const FoldLimits& limits);

}  // namespace graphwitness::picture
