#pragma once
/// Draws a view with Graphviz; style.h has the colours.
///
/// Limits: Graphviz has global state, so one picture at a time; what its libraries for fonts and images print
/// themselves (a machine without fonts) is not caught.

#include <string>
#include <vector>

#include "graphwitness/render/render.h"
#include "render/view.h"

namespace graphwitness::picture {

/// Warnings of Graphviz are appended to `remarks`; an error is thrown as InputError.
std::string draw(const View& view, PictureFormat format, std::vector<std::string>& remarks);

}  // namespace graphwitness::picture
