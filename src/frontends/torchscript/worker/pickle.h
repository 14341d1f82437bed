#pragma once
/// A pickle as data: its opcodes build a table of items, and nothing that it names is looked up, made or called.
///
/// Limits: the opcodes that PyTorch writes (protocol 2); others are an error. Items may refer to each other in circles.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "frontends/torchscript/worker/archive.h"
#include "graphwitness/ir/ids.h"

namespace graphwitness::torchscript {

using ItemId = Id<struct ItemTag>;

struct Item {
  enum class Kind : std::uint8_t {
    none,
    boolean,     ///< bits
    integer,     ///< bits
    floating,    ///< bits: the pattern of an IEEE double
    string,      ///< text
    list,        ///< children
    tuple,       ///< children
    dict,        ///< children: key, value, key, value, ...
    global,      ///< text: "module name"
    call,        ///< children: what is called, its arguments; then what was added to the result
    object,      ///< children: the class, arguments of __new__; the state that BUILD gave, if any
    persistent,  ///< children: the id (storages of tensors)
  };
  Kind kind = Kind::none;
  std::uint32_t children = 0xFFFF'FFFF;  ///< which list of children; none if there are no children
  std::int64_t bits = 0;
  std::string_view text{};
};

class Pickle {
 public:
  /// Views into the archive are kept. Throws InputError when the record is missing or damaged.
  Pickle(Archive& archive, const std::string& record);

  ItemId root() const { return root_; }
  std::size_t size() const { return items_.size(); }
  const Item& operator[](ItemId id) const { return items_[id.raw]; }
  std::span<const ItemId> children(ItemId id) const;
  bool is(ItemId id, Item::Kind kind) const { return id && items_[id.raw].kind == kind; }
  /// "module.name" of a global; "" for anything else.
  std::string global(ItemId id) const;
  /// The value for a key of text of a dict; none if it is not there.
  ItemId find(ItemId dict, std::string_view key) const;

 private:
  friend class PickleMachine;
  std::vector<Item> items_;
  std::vector<std::vector<ItemId>> children_;
  ItemId root_{};
};

}  // namespace graphwitness::torchscript
