#pragma once
/// Breaks a picture that is longer than a screen into columns, as a text is: where few arrows cross, and never inside
/// of a branch or loop. Arrows from one column to another become two short ones, with the same letter at both.
///
/// Limit: sizes are estimates, so a column may be somewhat longer than a screen; what is wide stays wide.

#include "render/view.h"

namespace graphwitness::picture {

/// In points.
struct Extent {
  double width = 0;
  double height = 0;
};

/// About how large the picture is then; nothing of one with more boxes than are folded to by default. Does nothing
/// where the short arrows would make more than `most_boxes`.
Extent break_into_columns(View& view, std::size_t most_boxes);

}  // namespace graphwitness::picture
