#pragma once
/// Boxes, the legend and the note as HTML-like labels of Graphviz. All text goes through escape_html_label().

#include <string>

#include "render/view.h"

namespace graphwitness::picture {

std::string item_label(const Item& item);
std::string frame_label(const Frame& frame);
/// Only what occurs in the view.
std::string legend_label(const View& view);
std::string note_label(const View& view);

}  // namespace graphwitness::picture
