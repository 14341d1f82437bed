#pragma once
/// A map by text for tables that grow to millions of entries.

#include <tsl/robin_map.h>

#include <functional>
#include <string_view>

namespace graphwitness {

/// The keys are views: somebody else owns their bytes. Entries lie in one table beside their hashes, so that a lookup
/// touches one place of memory and growing touches no key; a node per entry made half of the reading time of a large
/// graph.
template <class Mapped>
using TextMap = tsl::robin_map<std::string_view, Mapped, std::hash<std::string_view>, std::equal_to<>,
                               std::allocator<std::pair<std::string_view, Mapped>>, /*StoreHash=*/true>;

}  // namespace graphwitness
