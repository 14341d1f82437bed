#pragma once
/// Storage behind a Graph. Only the builder writes it.

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "graphwitness/ir/graph.h"

namespace graphwitness {

/// Owns text; views stay valid as it grows.
class Arena {
 public:
  std::string_view copy(std::string_view text);

 private:
  static constexpr std::size_t kChunk = 1U << 16U;
  std::deque<std::string> chunks_;
};

struct Graph::Tables {
  Arena arena;
  std::vector<std::string_view> symbols;
  std::vector<std::string_view> texts;

  Format format = Format::unknown;
  std::vector<Property> properties;
  std::vector<MissingOperator> missing_operators;
  std::vector<SourceText> sources;
  std::vector<Callable> callables;

  std::vector<Function> functions;
  std::vector<Module> modules;
  std::vector<Block> blocks;
  std::vector<Node> nodes;
  std::vector<Value> values;
  std::vector<Type> types;
  std::vector<Literal> literals;
  std::vector<Tensor> tensors;
  std::vector<Location> locations;

  // Pools that slices point into.
  std::vector<ValueId> value_pool;
  std::vector<NodeId> node_pool;
  std::vector<BlockId> block_pool;
  std::vector<Attribute> attribute_pool;
  std::vector<ModuleAttribute> module_attribute_pool;
  /// Its positions; those of one module stand together and in the order of their names.
  std::vector<std::uint32_t> module_attributes_by_name;
  std::vector<LiteralId> literal_pool;
  std::vector<Dim> dim_pool;
  std::vector<TypeId> type_pool;
  std::vector<std::int64_t> integer_pool;
  std::vector<std::byte> byte_pool;

  /// Uses of value v: use_pool[first_use[v] .. first_use[v + 1]).
  std::vector<std::uint32_t> first_use;
  std::vector<Use> use_pool;
};

}  // namespace graphwitness
