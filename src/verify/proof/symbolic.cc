#include "verify/proof/symbolic.h"

#include <algorithm>

namespace graphwitness::proof {

std::uint32_t SymbolicMemory::add_storage(Storage::Owner owner) {
  storages_.push_back({.owner = owner});
  return static_cast<std::uint32_t>(storages_.size() - 1);
}

std::uint32_t SymbolicMemory::add_cell(TermId term, std::uint32_t storage) {
  const auto index = static_cast<std::uint32_t>(cells_.size());
  cells_.push_back({.term = term, .storage = storage});
  storages_[storage].cells.push_back(index);
  return index;
}

std::uint32_t SymbolicMemory::add_container(std::vector<Symbolic> items) {
  containers_.push_back(std::move(items));
  return static_cast<std::uint32_t>(containers_.size() - 1);
}

void SymbolicMemory::write(std::uint32_t cell, TermId term) {
  Storage& storage = storages_[cells_[cell].storage];
  storage.written = true;
  for (const std::uint32_t other : storage.cells) cells_[other].stale = true;
  cells_[cell].stale = false;
  cells_[cell].term = term;
}

std::uint32_t SymbolicMemory::join(std::uint32_t storage, std::uint32_t other) {
  if (storage == other) return storage;
  Storage gone = std::move(storages_[other]);
  Storage& kept = storages_[storage];
  for (const std::uint32_t cell : gone.cells) {
    cells_[cell].storage = storage;
    kept.cells.push_back(cell);
  }
  kept.owner = std::max(kept.owner, gone.owner);
  kept.written = kept.written || gone.written;
  storages_[other] = {};
  return storage;
}

}  // namespace graphwitness::proof
