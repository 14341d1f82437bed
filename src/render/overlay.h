#pragma once
/// Adds to the view of a graph what only another graph has: boxes for the nodes that were added, and their arrows from
/// and to the boxes of what both have.
///
/// Limit: what stands between, and is in neither list (conversions, size arithmetic), is not drawn; then an arrow is
/// missing, not wrong.

#include <cstdint>
#include <vector>

#include "graphwitness/render/render.h"
#include "render/view.h"

namespace graphwitness::picture {

/// Boxes of the graph that is drawn; kNowhere: there is none.
struct DrawnPlaces {
  std::vector<std::uint32_t> nodes;    ///< by NodeId
  std::vector<std::uint32_t> joins;    ///< by NodeId: where blocks end
  std::vector<std::uint32_t> inputs;   ///< by position
  std::vector<std::uint32_t> outputs;  ///< by position
};

void add_overlay(View& view, const Overlay& overlay, const DrawnPlaces& places);

}  // namespace graphwitness::picture
