#include "graphwitness/ir/builder.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <functional>
#include <numeric>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>

#include "ir/tables.h"
#include "ir/text_map.h"

namespace graphwitness {
namespace {

template <class T>
Slice<T> append(std::vector<T>& pool, std::span<const T> items) {
  const Slice<T> slice{static_cast<std::uint32_t>(pool.size()), static_cast<std::uint32_t>(items.size())};
  pool.insert(pool.end(), items.begin(), items.end());
  return slice;
}

template <class I, class T, class U>
I push(std::vector<T>& table, U&& item) {
  table.push_back(std::forward<U>(item));
  return I{static_cast<std::uint32_t>(table.size() - 1)};
}

/// Appends the bytes of plain values to a key, so that equal records give equal keys.
template <class... Fields>
std::string key_of(const Fields&... fields) {
  std::string key;
  (key.append(reinterpret_cast<const char*>(&fields), sizeof(fields)), ...);
  return key;
}

/// A list that grows while other lists do; flattened into a pool by build().
template <class T>
using Lists = std::vector<std::vector<T>>;

/// Groups `count` items by owner, in item order: fills `pool` and calls set(owner, slice) for every owner.
template <class I, class OwnerOf, class Set>
void group(std::uint32_t owners, std::uint32_t count, std::vector<I>& pool, OwnerOf owner_of, Set set) {
  std::vector<std::uint32_t> first(owners + 1, 0);
  for (std::uint32_t item = 0; item < count; ++item) {
    if (const std::uint32_t owner = owner_of(item); owner < owners) ++first[owner + 1];
  }
  for (std::uint32_t owner = 0; owner < owners; ++owner) first[owner + 1] += first[owner];
  pool.resize(first[owners]);
  std::vector<std::uint32_t> next(first.begin(), first.end() - 1);
  for (std::uint32_t item = 0; item < count; ++item) {
    if (const std::uint32_t owner = owner_of(item); owner < owners) pool[next[owner]++] = I{item};
  }
  for (std::uint32_t owner = 0; owner < owners; ++owner) {
    set(owner, Slice<I>{first[owner], first[owner + 1] - first[owner]});
  }
}

/// Of two attributes with one name, the first stays in front.
void order_module_attributes(Graph::Tables& tables) {
  std::vector<std::uint32_t>& order = tables.module_attributes_by_name;
  order.resize(tables.module_attribute_pool.size());
  std::iota(order.begin(), order.end(), std::uint32_t{0});
  const auto name_at = [&](std::uint32_t at) {
    const Symbol name = tables.module_attribute_pool[at].name;
    return name ? tables.symbols[name.raw] : std::string_view{};
  };
  for (const Module& module : tables.modules) {
    const std::span<std::uint32_t> mine = std::span(order).subspan(module.attributes.first, module.attributes.count);
    std::ranges::stable_sort(mine, {}, name_at);
  }
}

}  // namespace

struct GraphBuilder::State {
  std::shared_ptr<Graph::Tables> tables = std::make_shared<Graph::Tables>();
  TextMap<Symbol> interned;
  std::unordered_map<std::string, TypeId> types;
  std::unordered_map<std::string, LocationId> locations;
  Lists<ValueId> params;   // by block
  Lists<ValueId> outputs;  // by block
};

GraphBuilder::GraphBuilder() : state_(std::make_unique<State>()) {}
GraphBuilder::~GraphBuilder() = default;
GraphBuilder::GraphBuilder(GraphBuilder&&) noexcept = default;
GraphBuilder& GraphBuilder::operator=(GraphBuilder&&) noexcept = default;

std::string_view Arena::copy(std::string_view text) {
  if (chunks_.empty() || chunks_.back().capacity() - chunks_.back().size() < text.size()) {
    chunks_.emplace_back().reserve(std::max(kChunk, text.size()));
  }
  std::string& chunk = chunks_.back();
  const std::size_t at = chunk.size();
  chunk.append(text);
  return std::string_view(chunk).substr(at, text.size());
}

Symbol GraphBuilder::intern(std::string_view text) {
  const auto found = state_->interned.find(text);
  if (found != state_->interned.end()) return found->second;
  const std::string_view owned = state_->tables->arena.copy(text);
  const Symbol symbol = push<Symbol>(state_->tables->symbols, owned);
  state_->interned.emplace(owned, symbol);
  return symbol;
}

Text GraphBuilder::text(std::string_view text) {
  if (text.empty()) return {};
  return push<Text>(state_->tables->texts, state_->tables->arena.copy(text));
}

void GraphBuilder::set_format(Format format) { state_->tables->format = format; }

void GraphBuilder::add_property(std::string_view key, std::string_view value) {
  state_->tables->properties.push_back({intern(key), text(value)});
}

void GraphBuilder::add_missing_operator(std::string_view op, std::string_view schema, LocationId loc) {
  state_->tables->missing_operators.push_back({intern(op), text(schema), loc});
}

void GraphBuilder::add_source(Symbol file, std::uint32_t first_line, std::string_view text) {
  state_->tables->sources.push_back({file, first_line, this->text(text)});
}

void GraphBuilder::add_callable(std::string_view name, Function::Origin origin, LocationId loc) {
  state_->tables->callables.push_back({intern(name), origin, loc});
}

TypeId GraphBuilder::type(Type::Kind kind, std::span<const TypeId> args, Symbol name) {
  std::string key = key_of(kind, DType::unknown, false, name);
  for (TypeId arg : args) key += key_of(arg);
  const auto [entry, fresh] = state_->types.try_emplace(std::move(key));
  if (!fresh) return entry->second;
  Type type{.kind = kind, .name = name, .args = append(state_->tables->type_pool, args)};
  return entry->second = push<TypeId>(state_->tables->types, type);
}

TypeId GraphBuilder::scalar(DType dtype) {
  const auto [entry, fresh] = state_->types.try_emplace(key_of(Type::Kind::scalar, dtype, false));
  if (!fresh) return entry->second;
  return entry->second = push<TypeId>(state_->tables->types, Type{.kind = Type::Kind::scalar, .dtype = dtype});
}

TypeId GraphBuilder::tensor_type(DType dtype) {
  const auto [entry, fresh] = state_->types.try_emplace(key_of(Type::Kind::tensor, dtype, false));
  if (!fresh) return entry->second;
  return entry->second = push<TypeId>(state_->tables->types, Type{.kind = Type::Kind::tensor, .dtype = dtype});
}

TypeId GraphBuilder::tensor_type(DType dtype, std::span<const Dim> dims) {
  std::string key = key_of(Type::Kind::tensor, dtype, true);
  for (const Dim& dim : dims) key += key_of(dim.extent, dim.name);
  const auto [entry, fresh] = state_->types.try_emplace(std::move(key));
  if (!fresh) return entry->second;
  Type type{.kind = Type::Kind::tensor, .dtype = dtype, .ranked = true};
  type.dims = append(state_->tables->dim_pool, dims);
  return entry->second = push<TypeId>(state_->tables->types, type);
}

LiteralId GraphBuilder::literal(Literal::Kind kind) {
  return push<LiteralId>(state_->tables->literals, Literal{.kind = kind});
}
LiteralId GraphBuilder::boolean(bool value) {
  return push<LiteralId>(state_->tables->literals, Literal{.kind = Literal::Kind::boolean, .bits = value ? 1 : 0});
}
LiteralId GraphBuilder::integer(std::int64_t value) {
  return push<LiteralId>(state_->tables->literals, Literal{.kind = Literal::Kind::integer, .bits = value});
}
LiteralId GraphBuilder::floating(double value) {
  return push<LiteralId>(state_->tables->literals,
                         Literal{.kind = Literal::Kind::floating, .bits = std::bit_cast<std::int64_t>(value)});
}
LiteralId GraphBuilder::string(std::string_view value) {
  return push<LiteralId>(state_->tables->literals, Literal{.kind = Literal::Kind::string, .bits = text(value).raw});
}
LiteralId GraphBuilder::opaque(std::string_view value) {
  return push<LiteralId>(state_->tables->literals, Literal{.kind = Literal::Kind::opaque, .bits = text(value).raw});
}
LiteralId GraphBuilder::tensor(TensorId value) {
  return push<LiteralId>(state_->tables->literals, Literal{.kind = Literal::Kind::tensor, .bits = value.raw});
}
LiteralId GraphBuilder::type_literal(TypeId value) {
  return push<LiteralId>(state_->tables->literals, Literal{.kind = Literal::Kind::type, .bits = value.raw});
}
LiteralId GraphBuilder::module(ModuleId value) {
  return push<LiteralId>(state_->tables->literals, Literal{.kind = Literal::Kind::module, .bits = value.raw});
}
LiteralId GraphBuilder::sequence(Literal::Kind kind, std::span<const LiteralId> elements) {
  Literal literal{.kind = kind};
  literal.elements = append(state_->tables->literal_pool, elements);
  return push<LiteralId>(state_->tables->literals, literal);
}

LocationId GraphBuilder::location(const Location& location) {
  const auto [entry, fresh] =
      state_->locations.try_emplace(key_of(location.file, location.line, location.column, location.end_column,
                                           location.function, location.scope, location.caller));
  if (fresh) entry->second = push<LocationId>(state_->tables->locations, location);
  return entry->second;
}

TensorId GraphBuilder::tensor_in_file(TypeId type, std::string_view name, Symbol file, std::uint64_t offset,
                                      std::uint64_t length, std::span<const std::int64_t> strides) {
  Tensor tensor{.type = type, .name = text(name), .file = file, .offset = offset, .length = length};
  tensor.strides = append(state_->tables->integer_pool, strides);
  return push<TensorId>(state_->tables->tensors, tensor);
}

TensorId GraphBuilder::tensor_inline(TypeId type, std::string_view name, std::span<const std::byte> data,
                                     std::span<const std::int64_t> strides) {
  Tensor tensor{.type = type, .name = text(name), .length = data.size()};
  tensor.strides = append(state_->tables->integer_pool, strides);
  tensor.data = append(state_->tables->byte_pool, data);
  return push<TensorId>(state_->tables->tensors, tensor);
}

TensorId GraphBuilder::tensor_absent(TypeId type, std::string_view name, std::uint64_t length,
                                     std::span<const std::int64_t> strides) {
  Tensor tensor{.type = type, .name = text(name), .length = length};
  tensor.strides = append(state_->tables->integer_pool, strides);
  return push<TensorId>(state_->tables->tensors, tensor);
}

ModuleId GraphBuilder::add_module(const Module& module) { return push<ModuleId>(state_->tables->modules, module); }

void GraphBuilder::set_attributes(ModuleId module, std::span<const ModuleAttribute> attributes) {
  state_->tables->modules[module.raw].attributes = append(state_->tables->module_attribute_pool, attributes);
}

FunctionId GraphBuilder::add_function(std::string_view name, Function::Origin origin) {
  Graph::Tables& tables = *state_->tables;
  Function function{.name = intern(name), .origin = origin};
  const FunctionId id = push<FunctionId>(tables.functions, function);
  tables.functions[id.raw].body = push<BlockId>(tables.blocks, Block{.function = id});
  state_->params.emplace_back();
  state_->outputs.emplace_back();
  return id;
}

void GraphBuilder::set_self(FunctionId function, ModuleId self) { state_->tables->functions[function.raw].self = self; }
void GraphBuilder::set_origin(FunctionId function, Function::Origin origin) {
  state_->tables->functions[function.raw].origin = origin;
}
void GraphBuilder::set_location(FunctionId function, LocationId loc) {
  state_->tables->functions[function.raw].loc = loc;
}
void GraphBuilder::set_defaults(FunctionId function, std::span<const Attribute> defaults) {
  state_->tables->functions[function.raw].defaults = append(state_->tables->attribute_pool, defaults);
}
BlockId GraphBuilder::body(FunctionId function) const { return state_->tables->functions[function.raw].body; }

ValueId GraphBuilder::add_value(std::string_view name, TypeId type) {
  return push<ValueId>(state_->tables->values, Value{.type = type, .name = text(name)});
}

void GraphBuilder::set_type(ValueId value, TypeId type) { state_->tables->values[value.raw].type = type; }

void GraphBuilder::define_constant(ValueId value, TensorId tensor) {
  Value& definition = state_->tables->values[value.raw];
  definition.def = Value::Def::constant;
  definition.owner = tensor.raw;
}

void GraphBuilder::add_param(BlockId block, ValueId value) {
  std::vector<ValueId>& params = state_->params[block.raw];
  Value& definition = state_->tables->values[value.raw];
  definition.def = Value::Def::block;
  definition.owner = block.raw;
  definition.index = static_cast<std::uint32_t>(params.size());
  params.push_back(value);
}

void GraphBuilder::add_output(BlockId block, ValueId value) { state_->outputs[block.raw].push_back(value); }

NodeId GraphBuilder::add_node(BlockId parent, std::string_view op, std::span<const ValueId> operands,
                              std::span<const ValueId> results, LocationId loc, std::string_view name,
                              std::span<const Attribute> attributes) {
  Graph::Tables& tables = *state_->tables;
  Node node{.op = intern(op), .name = text(name), .parent = parent, .loc = loc};
  node.operands = append(tables.value_pool, operands);
  node.results = append(tables.value_pool, results);
  node.attributes = append(tables.attribute_pool, attributes);
  const NodeId id = push<NodeId>(tables.nodes, node);
  std::uint32_t index = 0;
  for (ValueId result : results) {
    if (!result) {  // an omitted optional output
      ++index;
      continue;
    }
    Value& definition = tables.values[result.raw];
    definition.def = Value::Def::node;
    definition.owner = id.raw;
    definition.index = index++;
  }
  return id;
}

BlockId GraphBuilder::add_block(NodeId owner) {
  Graph::Tables& tables = *state_->tables;
  const Block block{.owner = owner, .function = tables.blocks[tables.nodes[owner.raw].parent.raw].function};
  state_->params.emplace_back();
  state_->outputs.emplace_back();
  return push<BlockId>(tables.blocks, block);
}

std::size_t GraphBuilder::node_count() const { return state_->tables->nodes.size(); }

Graph GraphBuilder::build() && {
  Graph::Tables& tables = *state_->tables;
  const auto node_count = static_cast<std::uint32_t>(tables.nodes.size());
  const auto block_count = static_cast<std::uint32_t>(tables.blocks.size());
  const auto value_count = static_cast<std::uint32_t>(tables.values.size());
  for (std::uint32_t block = 0; block < block_count; ++block) {
    tables.blocks[block].params = append(tables.value_pool, std::span<const ValueId>(state_->params[block]));
    tables.blocks[block].outputs = append(tables.value_pool, std::span<const ValueId>(state_->outputs[block]));
  }
  group<NodeId>(
      block_count, node_count, tables.node_pool, [&](std::uint32_t node) { return tables.nodes[node].parent.raw; },
      [&](std::uint32_t block, Slice<NodeId> slice) { tables.blocks[block].nodes = slice; });
  group<BlockId>(
      node_count, block_count, tables.block_pool, [&](std::uint32_t block) { return tables.blocks[block].owner.raw; },
      [&](std::uint32_t node, Slice<BlockId> slice) { tables.nodes[node].blocks = slice; });

  std::vector<Use> uses;
  std::vector<std::uint32_t> used;  // the value of each use
  const auto add_uses = [&](Slice<ValueId> slice, NodeId user, BlockId block) {
    for (std::uint32_t i = 0; i < slice.count; ++i) {
      const ValueId value = tables.value_pool[slice.first + i];
      if (!value) continue;
      uses.push_back({user, block, i});
      used.push_back(value.raw);
    }
  };
  for (std::uint32_t node = 0; node < node_count; ++node) add_uses(tables.nodes[node].operands, NodeId{node}, {});
  for (std::uint32_t block = 0; block < block_count; ++block) {
    add_uses(tables.blocks[block].outputs, {}, BlockId{block});
  }
  std::vector<Id<Use>> order;
  tables.first_use.resize(value_count + 1);
  group<Id<Use>>(
      value_count, static_cast<std::uint32_t>(uses.size()), order, [&](std::uint32_t use) { return used[use]; },
      [&](std::uint32_t value, Slice<Id<Use>> slice) { tables.first_use[value] = slice.first; });
  tables.first_use[value_count] = static_cast<std::uint32_t>(order.size());
  tables.use_pool.reserve(order.size());
  for (Id<Use> use : order) tables.use_pool.push_back(uses[use.raw]);

  order_module_attributes(tables);

  Graph graph(std::shared_ptr<const Graph::Tables>(std::move(state_->tables)));
  state_ = std::make_unique<State>();
  return graph;
}

}  // namespace graphwitness
