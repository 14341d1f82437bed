#pragma once
/// The module tree of an archive: every object of its `data.pkl`, with attributes as literals and tensors by reference.
///
/// Nothing is run: an object whose class has `__setstate__` keeps its pickled state to itself, and its attributes are
/// `unknown`. Limits: values nested deeper than `kDeepest` are `opaque`.

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "frontends/torchscript/worker/program.h"
#include "frontends/torchscript/worker/stored_tensors.h"
#include "frontends/torchscript/worker/types.h"
#include "graphwitness/ir/builder.h"

namespace graphwitness::torchscript {

/// An object as the code's inliner sees it.
struct ModuleObject {
  ModuleId id{};
  c10::ClassTypePtr type;
  std::string path;
  /// By attribute; only those that hold objects with known attributes.
  std::map<std::string, std::uint32_t, std::less<>> children{};
};

class Modules {
 public:
  static constexpr std::uint32_t kNone = 0xFFFF'FFFF;

  Modules(Archive& archive, const Pickle& data, const Program& program, Types& types, GraphBuilder& builder);

  /// The first object is the root.
  const std::vector<ModuleObject>& objects() const { return objects_; }
  /// Classes with `__setstate__` that the archive has objects of.
  const std::vector<std::string>& with_setstate() const { return with_setstate_; }
  std::size_t setstate_tensors() const { return setstate_tensors_; }
  std::int64_t setstate_elements() const { return setstate_elements_; }

 private:
  struct Found {
    ItemId item;
    std::string name;
    std::string path;
    ModuleId parent;
    std::uint32_t owner;  ///< object whose attribute it is; kNone for what stands in a container
  };
  void discover();
  void add_object(const Found& found, std::vector<Found>& todo);
  std::span<const ItemId> attributes_of(ItemId object) const;
  void fill(std::size_t object);
  ModuleAttribute attribute(const ModuleObject& object, std::size_t slot, ItemId value);
  LiteralId literal(ItemId item, const std::string& path, bool copy_small, int depth);
  LiteralId sequence(Literal::Kind kind, ItemId item, const std::string& path, int depth);
  LiteralId object_literal(ItemId item);
  LiteralId call_literal(ItemId item, const std::string& path, bool copy_small, int depth);
  LiteralId tensor_literal(ItemId item, const std::string& path, bool copy_small);
  TypeId type_of(ItemId item, const c10::TypePtr& declared);
  void count_state(ItemId state);

  Archive& archive_;
  const Pickle& data_;
  const Program& program_;
  Types& types_;
  GraphBuilder& builder_;
  StoredTensors tensors_;
  std::vector<ModuleObject> objects_;
  std::vector<ItemId> items_;  // of objects_
  std::unordered_map<std::uint32_t, std::uint32_t> object_of_item_;
  std::unordered_map<std::uint32_t, LiteralId> tensor_literals_;
  std::unordered_map<std::uint32_t, LiteralId> containers_;
  std::vector<std::string> with_setstate_;
  std::size_t setstate_tensors_ = 0;
  std::int64_t setstate_elements_ = 0;
};

}  // namespace graphwitness::torchscript
