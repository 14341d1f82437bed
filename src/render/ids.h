#pragma once
/// Ids for cgraph in the order in which names are made. Its own are addresses, and it sorts clusters by them, so the
/// same graph would be drawn in another way each time.

#include <cgraph.h>

#include <string>

namespace graphwitness::picture {

/// A graph whose clusters keep their order; null when the text is no DOT. Close it with agclose().
Agraph_t* read_ordered(std::string& dot);

}  // namespace graphwitness::picture
