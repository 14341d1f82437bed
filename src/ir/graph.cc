#include "graphwitness/ir/graph.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "ir/tables.h"

namespace graphwitness {
namespace {

template <class T>
std::span<const T> view(const std::vector<T>& pool, Slice<T> slice) {
  return std::span<const T>(pool).subspan(slice.first, slice.count);
}

template <class I, class T>
IdRange<I> ids_of(const std::vector<T>& table) {
  return IdRange<I>(static_cast<std::uint32_t>(table.size()));
}

constexpr Type kUnknownType{};
constexpr Value kNoValue{};

}  // namespace

Graph::Graph(std::shared_ptr<const Tables> tables) : tables_(std::move(tables)) {}

Format Graph::format() const { return tables_->format; }
std::span<const Property> Graph::properties() const { return tables_->properties; }
std::span<const MissingOperator> Graph::missing_operators() const { return tables_->missing_operators; }
std::span<const SourceText> Graph::sources() const { return tables_->sources; }
std::span<const Callable> Graph::callables() const { return tables_->callables; }

std::string_view Graph::property(std::string_view key) const {
  for (const Property& property : tables_->properties) {
    if ((*this)[property.key] == key) return (*this)[property.value];
  }
  return {};
}

IdRange<FunctionId> Graph::functions() const { return ids_of<FunctionId>(tables_->functions); }
IdRange<ModuleId> Graph::modules() const { return ids_of<ModuleId>(tables_->modules); }
IdRange<BlockId> Graph::all_blocks() const { return ids_of<BlockId>(tables_->blocks); }
IdRange<NodeId> Graph::all_nodes() const { return ids_of<NodeId>(tables_->nodes); }
IdRange<ValueId> Graph::all_values() const { return ids_of<ValueId>(tables_->values); }
IdRange<TensorId> Graph::tensors() const { return ids_of<TensorId>(tables_->tensors); }
IdRange<LocationId> Graph::locations() const { return ids_of<LocationId>(tables_->locations); }
IdRange<Symbol> Graph::symbols() const { return ids_of<Symbol>(tables_->symbols); }

const Function& Graph::operator[](FunctionId id) const { return tables_->functions[id.raw]; }
const Module& Graph::operator[](ModuleId id) const { return tables_->modules[id.raw]; }
const Block& Graph::operator[](BlockId id) const { return tables_->blocks[id.raw]; }
const Node& Graph::operator[](NodeId id) const { return tables_->nodes[id.raw]; }
const Value& Graph::operator[](ValueId id) const { return id ? tables_->values[id.raw] : kNoValue; }
const Type& Graph::operator[](TypeId id) const { return id ? tables_->types[id.raw] : kUnknownType; }
const Literal& Graph::operator[](LiteralId id) const { return tables_->literals[id.raw]; }
const Tensor& Graph::operator[](TensorId id) const { return tables_->tensors[id.raw]; }
const Location& Graph::operator[](LocationId id) const { return tables_->locations[id.raw]; }
std::string_view Graph::operator[](Symbol id) const { return id ? tables_->symbols[id.raw] : std::string_view{}; }
std::string_view Graph::operator[](Text id) const { return id ? tables_->texts[id.raw] : std::string_view{}; }

std::span<const ValueId> Graph::operator[](Slice<ValueId> slice) const { return view(tables_->value_pool, slice); }
std::span<const NodeId> Graph::operator[](Slice<NodeId> slice) const { return view(tables_->node_pool, slice); }
std::span<const BlockId> Graph::operator[](Slice<BlockId> slice) const { return view(tables_->block_pool, slice); }
std::span<const Attribute> Graph::operator[](Slice<Attribute> slice) const {
  return view(tables_->attribute_pool, slice);
}
std::span<const ModuleAttribute> Graph::operator[](Slice<ModuleAttribute> slice) const {
  return view(tables_->module_attribute_pool, slice);
}
std::span<const LiteralId> Graph::operator[](Slice<LiteralId> slice) const {
  return view(tables_->literal_pool, slice);
}
std::span<const Dim> Graph::operator[](Slice<Dim> slice) const { return view(tables_->dim_pool, slice); }
std::span<const TypeId> Graph::operator[](Slice<TypeId> slice) const { return view(tables_->type_pool, slice); }
std::span<const std::int64_t> Graph::operator[](Slice<std::int64_t> slice) const {
  return view(tables_->integer_pool, slice);
}
std::span<const std::byte> Graph::operator[](Slice<std::byte> slice) const { return view(tables_->byte_pool, slice); }

std::span<const Use> Graph::uses(ValueId value) const {
  if (!value) return {};
  const std::uint32_t first = tables_->first_use[value.raw];
  return std::span<const Use>(tables_->use_pool).subspan(first, tables_->first_use[value.raw + 1] - first);
}

Symbol Graph::find_symbol(std::string_view text) const {
  const auto found = std::ranges::find(tables_->symbols, text);
  if (found == tables_->symbols.end()) return {};
  return Symbol{static_cast<std::uint32_t>(found - tables_->symbols.begin())};
}

const Literal* Graph::attribute(NodeId node, std::string_view name) const {
  for (const Attribute& attribute : (*this)[(*this)[node].attributes]) {
    if ((*this)[attribute.name] == name) return &(*this)[attribute.value];
  }
  return nullptr;
}

const ModuleAttribute* Graph::attribute(ModuleId module, std::string_view name) const {
  const std::span<const std::uint32_t> order =
      std::span(tables_->module_attributes_by_name)
          .subspan((*this)[module].attributes.first, (*this)[module].attributes.count);
  const auto name_at = [&](std::uint32_t at) { return (*this)[tables_->module_attribute_pool[at].name]; };
  const auto found = std::ranges::lower_bound(order, name, {}, name_at);
  if (found == order.end() || name_at(*found) != name) return nullptr;
  return &tables_->module_attribute_pool[*found];
}

NodeId Graph::defining_node(ValueId value) const {
  const Value& definition = (*this)[value];
  return definition.def == Value::Def::node ? NodeId{definition.owner} : NodeId{};
}

std::string_view Graph::text(const Literal& string_or_opaque) const {
  return (*this)[Text{static_cast<std::uint32_t>(string_or_opaque.bits)}];
}

double Graph::floating(const Literal& literal) const { return std::bit_cast<double>(literal.bits); }

}  // namespace graphwitness
