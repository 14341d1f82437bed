#pragma once
/// Says in a box what would need room beside it: the type that all arrows from it carry, and arms that do nothing.
///
/// Labels of arrows and frames of one box are what makes pictures large: Graphviz gives each of them a row of its own.

#include "render/view.h"

namespace graphwitness::picture {

void compact(View& view);

}  // namespace graphwitness::picture
