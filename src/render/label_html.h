#pragma once
/// Boxes, frames and the heading as HTML-like labels of Graphviz. All text goes through escape_html_label().

#include <string>

#include "render/view.h"

namespace graphwitness::picture {

std::string item_label(const Item& item);
std::string frame_label(const Frame& frame);
/// Title, what was left out, and what the signs mean that occur in the view.
std::string heading_label(const View& view);

}  // namespace graphwitness::picture
