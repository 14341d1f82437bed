#pragma once
/// Makes a Graph. The builder takes what a file says as it is: no check of names, types or order happens here.

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "graphwitness/ir/graph.h"

namespace graphwitness {

class GraphBuilder {
 public:
  GraphBuilder();
  ~GraphBuilder();
  GraphBuilder(GraphBuilder&&) noexcept;
  GraphBuilder& operator=(GraphBuilder&&) noexcept;

  Symbol intern(std::string_view text);
  /// Copies the text into the arena; none for an empty one.
  Text text(std::string_view text);

  void set_format(Format format);
  void add_property(std::string_view key, std::string_view value);
  void add_missing_operator(std::string_view op, std::string_view schema, LocationId loc);
  void add_source(Symbol file, std::uint32_t first_line, std::string_view text);
  void add_callable(std::string_view name, Function::Origin origin, LocationId loc);

  // Types.
  TypeId type(Type::Kind kind, std::span<const TypeId> args = {}, Symbol name = {});
  TypeId scalar(DType dtype);
  TypeId tensor_type(DType dtype);  ///< rank unknown
  TypeId tensor_type(DType dtype, std::span<const Dim> dims);

  // Literals.
  LiteralId literal(Literal::Kind kind);  ///< none, unknown
  LiteralId boolean(bool value);
  LiteralId integer(std::int64_t value);
  LiteralId floating(double value);
  LiteralId string(std::string_view value);
  LiteralId opaque(std::string_view value);
  LiteralId tensor(TensorId value);
  LiteralId type_literal(TypeId value);
  LiteralId module(ModuleId value);
  LiteralId sequence(Literal::Kind kind, std::span<const LiteralId> elements);  ///< list, tuple, dict, complex

  /// Interned: the same frame under the same caller gives the same id.
  LocationId location(const Location& location);
  /// Data in a file, not read.
  TensorId tensor_in_file(TypeId type, std::string_view name, Symbol file, std::uint64_t offset, std::uint64_t length,
                          std::span<const std::int64_t> strides = {});
  /// A small constant: its elements, little-endian, row-major unless strides say otherwise.
  TensorId tensor_inline(TypeId type, std::string_view name, std::span<const std::byte> data,
                         std::span<const std::int64_t> strides = {});
  /// A tensor whose data is not in reach (a length that the file claims may still be kept).
  TensorId tensor_absent(TypeId type, std::string_view name, std::uint64_t length = 0,
                         std::span<const std::int64_t> strides = {});

  // Structure. Values are made first, then defined by at most one of: a node, a block, a constant.
  ModuleId add_module(const Module& module);  ///< `attributes` is set by set_attributes
  void set_attributes(ModuleId module, std::span<const ModuleAttribute> attributes);
  FunctionId add_function(std::string_view name, Function::Origin origin);
  void set_self(FunctionId function, ModuleId self);
  void set_origin(FunctionId function, Function::Origin origin);
  void set_location(FunctionId function, LocationId loc);
  void set_defaults(FunctionId function, std::span<const Attribute> defaults);
  BlockId body(FunctionId function) const;

  ValueId add_value(std::string_view name, TypeId type = {});
  void set_type(ValueId value, TypeId type);
  void define_constant(ValueId value, TensorId tensor);
  /// Defines `value` as the next parameter of the block.
  void add_param(BlockId block, ValueId value);
  void add_output(BlockId block, ValueId value);

  /// Appends a node to a block and defines `results`. Ids of nodes are in order of these calls.
  NodeId add_node(BlockId parent, std::string_view op, std::span<const ValueId> operands,
                  std::span<const ValueId> results, LocationId loc = {}, std::string_view name = {},
                  std::span<const Attribute> attributes = {});
  /// Appends a nested block to a node.
  BlockId add_block(NodeId owner);

  std::size_t node_count() const;

  /// Freezes the tables; the builder is empty afterwards.
  Graph build() &&;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace graphwitness
