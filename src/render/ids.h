#pragma once
/// Ids for cgraph in the order in which names are made. Its own are addresses, and it sorts clusters by them, so the
/// same graph would be drawn in another way each time.

#include <cgraph.h>

namespace graphwitness::picture {

/// A graph whose clusters keep their order; null only without memory. Close it with agclose().
Agraph_t* open_ordered(const char* name);

}  // namespace graphwitness::picture
