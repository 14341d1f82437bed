#pragma once
/// Frames that would say what another says, and names inside of frames that say it again.

#include <string>
#include <vector>

#include "render/view.h"

namespace graphwitness::picture {

/// Removes frames, by their place; what is in them comes into the frame around.
void drop_frames(View& view, const std::vector<bool>& dropped);

/// Drops frames of modules that hold nothing but one other: its name says the same.
void drop_outer_frames(View& view);

/// What a box is called inside of its frame: "block.0" in "layer1", of "layer1.block.0"; "layer1.0", of the same.
std::string local_title(const View& view, const Item& item);

/// Gives boxes and frames their names inside of the frame around, cut to what fits a box.
void name_locally(View& view);

}  // namespace graphwitness::picture
