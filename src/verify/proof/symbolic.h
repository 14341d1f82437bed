#pragma once
/// Symbolic values, and the memory that a graph works on while a proof evaluates it.
///
/// Tensors are references to cells; a cell holds a term. Cells that may share memory belong to one storage. Writing to
/// a tensor in place changes its cell; every other cell of the storage is stale from then on, and reading it is not
/// understood. So sharing may be assumed where there is none, never the reverse.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "graphwitness/ir/graph.h"
#include "verify/proof/terms.h"

namespace graphwitness::proof {

struct Symbolic {
  enum class Kind : std::uint8_t {
    undefined,
    scalar,  ///< number, flag, string, device, None, or a list that is known only as a whole: term
    tensor,  ///< index: a cell
    list,    ///< index: a container
    tuple,   ///< index: a container
    dict,    ///< index: a container; keys and values in turn
    module,  ///< index: a ModuleId
  };
  Kind kind = Kind::undefined;
  TermId term{};
  std::uint32_t index = 0;

  static Symbolic scalar(TermId term) { return {.kind = Kind::scalar, .term = term}; }
  static Symbolic of(Kind kind, std::uint32_t index) { return {.kind = kind, .index = index}; }
  bool operator==(const Symbolic&) const = default;
};

class SymbolicMemory {
 public:
  struct Cell {
    TermId term{};
    std::uint32_t storage = 0;
    bool stale = false;
  };
  struct Storage {
    /// Whose memory it is; the later, the stricter.
    enum class Owner : std::uint8_t { graph, input, model };
    Owner owner = Owner::graph;
    bool written = false;
    std::vector<std::uint32_t> cells{};
  };

  std::uint32_t add_storage(Storage::Owner owner);
  std::uint32_t add_cell(TermId term, std::uint32_t storage);
  std::uint32_t add_container(std::vector<Symbolic> items);

  const Cell& cell(std::uint32_t index) const { return cells_[index]; }
  const Storage& storage_of(std::uint32_t cell) const { return storages_[cells_[cell].storage]; }
  std::vector<Symbolic>& items(std::uint32_t container) { return containers_[container]; }
  const std::vector<Symbolic>& items(std::uint32_t container) const { return containers_[container]; }
  std::uint32_t cells() const { return static_cast<std::uint32_t>(cells_.size()); }
  std::uint32_t containers() const { return static_cast<std::uint32_t>(containers_.size()); }

  void write(std::uint32_t cell, TermId term);
  /// From now on, cells of both may share memory.
  std::uint32_t join(std::uint32_t storage, std::uint32_t other);

 private:
  std::vector<Cell> cells_;
  std::vector<Storage> storages_;
  std::vector<std::vector<Symbolic>> containers_;
};

}  // namespace graphwitness::proof
