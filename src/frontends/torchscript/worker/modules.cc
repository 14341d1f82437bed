#include "frontends/torchscript/worker/modules.h"

#include <algorithm>
#include <array>
#include <bit>
#include <unordered_set>
#include <utility>

namespace graphwitness::torchscript {
namespace {

std::string join(const std::string& path, std::string_view name) {
  return path.empty() ? std::string(name) : path + '.' + std::string(name);
}

/// `build_intlist`, `restore_type_tag` and the like wrap a container as their first argument.
bool wraps_container(const std::string& callee) { return callee.starts_with("torch.jit._pickle."); }

}  // namespace

Modules::Modules(Archive& archive, const Pickle& data, const Program& program, Types& types, GraphBuilder& builder)
    : archive_(archive),
      data_(data),
      program_(program),
      types_(types),
      builder_(builder),
      tensors_(archive, data, "data", builder) {
  discover();
  if (objects_.empty()) archive.fail("`data.pkl` holds no module, expected one as `torch.jit.save` writes it");
  for (std::size_t object = 0; object < objects_.size(); ++object) fill(object);
}

/// Key, value, key, value of the pickled state; empty where the state is not the attributes.
std::span<const ItemId> Modules::attributes_of(ItemId object) const {
  const std::span<const ItemId> parts = data_.children(object);
  if (parts.size() < 3 || !data_.is(parts[2], Item::Kind::dict)) return {};
  return data_.children(parts[2]);
}

/// Finds all objects, each before those that are reached through it, and gives them their module.
void Modules::discover() {
  std::vector<Found> todo{{.item = data_.root(), .name = "", .path = "", .parent = {}, .owner = kNone}};
  std::unordered_set<std::uint32_t> containers;
  while (!todo.empty()) {
    const Found found = std::move(todo.back());
    todo.pop_back();
    const Item& item = data_[found.item];
    if (item.kind == Item::Kind::object) {
      add_object(found, todo);
      continue;
    }
    if (item.kind == Item::Kind::call && wraps_container(data_.global(data_.children(found.item)[0]))) {
      const std::span<const ItemId> arguments = data_.children(data_.children(found.item)[1]);
      if (arguments.empty() || !containers.insert(found.item.raw).second) continue;
      Found inner = found;
      inner.item = arguments[0];
      todo.push_back(std::move(inner));
      continue;
    }
    const bool container =
        item.kind == Item::Kind::list || item.kind == Item::Kind::tuple || item.kind == Item::Kind::dict;
    if (!container || !containers.insert(found.item.raw).second) continue;
    const std::span<const ItemId> children = data_.children(found.item);
    for (std::size_t i = children.size(); i-- > 0;) {
      const std::string suffix = '.' + std::to_string(i);
      todo.push_back({.item = children[i],
                      .name = found.name + suffix,
                      .path = found.path + suffix,
                      .parent = found.parent,
                      .owner = kNone});
    }
  }
}

void Modules::add_object(const Found& found, std::vector<Found>& todo) {
  const auto known = object_of_item_.find(found.item.raw);
  const auto link = [&](std::uint32_t object) {
    if (found.owner != kNone) objects_[found.owner].children.emplace(found.name, object);
  };
  if (known != object_of_item_.end()) return link(known->second);
  const std::string name = data_.global(data_.children(found.item)[0]);
  const c10::ClassTypePtr type = program_.class_named(name);
  // A custom class's object is all in its state, which only its own code understands.
  if (type == nullptr || torch::getCustomClass(name) != nullptr) return;

  const auto index = static_cast<std::uint32_t>(objects_.size());
  object_of_item_.emplace(found.item.raw, index);
  link(index);
  const bool has_setstate = type->findMethod("__setstate__") != nullptr;
  const ModuleId id = builder_.add_module({.name = builder_.intern(found.name),
                                           .path = builder_.intern(found.path),
                                           .type = builder_.intern(name),
                                           .parent = found.parent,
                                           .has_setstate = has_setstate});
  objects_.push_back({.id = id, .type = type, .path = found.path});
  items_.push_back(found.item);
  if (has_setstate) {
    if (std::ranges::find(with_setstate_, name) == with_setstate_.end()) with_setstate_.push_back(name);
    const std::span<const ItemId> parts = data_.children(found.item);
    if (parts.size() > 2) count_state(parts[2]);
    return;
  }
  const std::span<const ItemId> attributes = attributes_of(found.item);
  for (std::size_t i = attributes.size() / 2; i-- > 0;) {
    if (!data_.is(attributes[2 * i], Item::Kind::string)) continue;
    const std::string key(data_[attributes[2 * i]].text);
    todo.push_back(
        {.item = attributes[2 * i + 1], .name = key, .path = join(found.path, key), .parent = id, .owner = index});
  }
}

/// Tensors of a state that only `__setstate__` could turn into attributes.
void Modules::count_state(ItemId state) {
  std::unordered_set<std::uint32_t> seen;
  std::vector<ItemId> todo{state};
  while (!todo.empty()) {
    const ItemId item = todo.back();
    todo.pop_back();
    if (!item || !seen.insert(item.raw).second) continue;
    if (tensors_.is_tensor(item)) {
      ++setstate_tensors_;
      setstate_elements_ += tensors_.describe(item).element_count();
      continue;
    }
    for (ItemId child : data_.children(item)) todo.push_back(child);
  }
}

void Modules::fill(std::size_t object) {
  const ModuleObject& module = objects_[object];
  const bool known = module.type->findMethod("__setstate__") == nullptr;
  std::unordered_map<std::string_view, ItemId> values;
  if (known) {
    const std::span<const ItemId> pairs = attributes_of(items_[object]);
    for (std::size_t i = 0; i + 1 < pairs.size(); i += 2) values.emplace(data_[pairs[i]].text, pairs[i + 1]);
  }
  std::vector<ModuleAttribute> attributes;
  for (std::size_t slot = 0; slot < module.type->numAttributes(); ++slot) {
    const auto value = values.find(module.type->getAttributeName(slot));
    attributes.push_back(attribute(module, slot, value == values.end() ? ItemId{} : value->second));
  }
  // Constants of the class (Final) are part of the code; the code reads them as literals.
  builder_.set_attributes(module.id, attributes);
}

ModuleAttribute Modules::attribute(const ModuleObject& object, std::size_t slot, ItemId value) {
  using Role = ModuleAttribute::Role;
  const std::string name = object.type->getAttributeName(slot);
  const c10::TypePtr& type = object.type->getAttribute(slot);
  Role role = Role::plain;
  if (object.type->is_module() && object.type->is_parameter(slot)) role = Role::parameter;
  if (object.type->is_module() && object.type->is_buffer(slot)) role = Role::buffer;
  if (type->is_module()) role = Role::submodule;
  const bool weight = role == Role::parameter || role == Role::buffer;
  return {
      .name = builder_.intern(name),
      .role = role,
      .type = type_of(value, type),
      .value = value ? literal(value, join(object.path, name), !weight, 0) : builder_.literal(Literal::Kind::unknown)};
}

TypeId Modules::type_of(ItemId item, const c10::TypePtr& declared) {
  if (item && tensors_.is_tensor(item)) return tensors_.type(tensors_.describe(item));
  return types_(declared);
}

LiteralId Modules::literal(ItemId item, const std::string& path, bool copy_small, int depth) {
  if (depth > kDeepest) return builder_.opaque("nested too deep");
  const Item& value = data_[item];
  switch (value.kind) {
    case Item::Kind::none:
      return builder_.literal(Literal::Kind::none);
    case Item::Kind::boolean:
      return builder_.boolean(value.bits != 0);
    case Item::Kind::integer:
      return builder_.integer(value.bits);
    case Item::Kind::floating:
      return builder_.floating(std::bit_cast<double>(value.bits));
    case Item::Kind::string:
      return builder_.string(value.text);
    case Item::Kind::list:
      return sequence(Literal::Kind::list, item, path, depth);
    case Item::Kind::tuple:
      return sequence(Literal::Kind::tuple, item, path, depth);
    case Item::Kind::dict:
      return sequence(Literal::Kind::dict, item, path, depth);
    case Item::Kind::object:
      return object_literal(item);
    case Item::Kind::call:
      return call_literal(item, path, copy_small, depth);
    case Item::Kind::global:
      return builder_.opaque(data_.global(item));
    case Item::Kind::persistent:
      return builder_.opaque("storage");
  }
  return {};
}

LiteralId Modules::sequence(Literal::Kind kind, ItemId item, const std::string& path, int depth) {
  const auto known = containers_.find(item.raw);
  if (known != containers_.end()) return known->second;
  containers_.emplace(item.raw, builder_.opaque("refers to itself"));
  std::vector<LiteralId> elements;
  std::size_t index = 0;
  for (ItemId child : data_.children(item)) {
    elements.push_back(literal(child, path + '.' + std::to_string(index++), true, depth + 1));
  }
  return containers_[item.raw] = builder_.sequence(kind, elements);
}

LiteralId Modules::object_literal(ItemId item) {
  const auto object = object_of_item_.find(item.raw);
  if (object != object_of_item_.end()) return builder_.module(objects_[object->second].id);
  return builder_.literal(Literal::Kind::unknown);
}

LiteralId Modules::tensor_literal(ItemId item, const std::string& path, bool copy_small) {
  // A tensor that two attributes share stays one tensor.
  const auto known = tensor_literals_.find(item.raw);
  if (known != tensor_literals_.end()) return known->second;
  const LiteralId literal = builder_.tensor(tensors_.add(tensors_.describe(item), path, copy_small));
  tensor_literals_.emplace(item.raw, literal);
  return literal;
}

LiteralId Modules::call_literal(ItemId item, const std::string& path, bool copy_small, int depth) {
  if (tensors_.is_tensor(item)) return tensor_literal(item, path, copy_small);
  const std::string callee = data_.global(data_.children(item)[0]);
  const std::span<const ItemId> arguments = data_.children(data_.children(item)[1]);
  if (wraps_container(callee) && !arguments.empty()) return literal(arguments[0], path, copy_small, depth + 1);
  if (callee == "builtins.complex" && arguments.size() == 2) {
    const std::array parts{literal(arguments[0], path, false, depth + 1),
                           literal(arguments[1], path, false, depth + 1)};
    return builder_.sequence(Literal::Kind::complex, parts);
  }
  std::string text = callee + "(";
  for (ItemId argument : arguments) {
    const Item& value = data_[argument];
    if (text.back() != '(') text += ", ";
    text += value.kind == Item::Kind::string    ? "\"" + std::string(value.text) + "\""
            : value.kind == Item::Kind::integer ? std::to_string(value.bits)
                                                : "...";
  }
  return builder_.opaque(text + ")");
}

}  // namespace graphwitness::torchscript
