#pragma once
/// The shared IR: one immutable set of tables for a model of any format.
///
/// Limits: 2^32 - 2 entries in each table; weights are references into files, so a Graph outlives
/// its files only as far as names, types and structure go. A broken model is data here (a value that nothing
/// defines, two values of one name), never a violated invariant: rules report it.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "graphwitness/ir/ids.h"

namespace graphwitness {

enum class Format : std::uint8_t { unknown, torchscript, onnx };

enum class DType : std::uint8_t {
  unknown,
  boolean,
  i4,
  i8,
  i16,
  i32,
  i64,
  u4,
  u8,
  u16,
  u32,
  u64,
  f16,
  bf16,
  f32,
  f64,
  f8e4m3fn,
  f8e4m3fnuz,
  f8e5m2,
  f8e5m2fnuz,
  f8e8m0,
  f4e2m1,
  c32,
  c64,
  c128,
  qi8,
  qu8,
  qi32,
  qu4x2,
  qu2x4,
  string,
};

/// One dimension of a tensor type: a size, or a symbol such as "batch", or neither.
struct Dim {
  static constexpr std::int64_t kUnknown = -1;
  std::int64_t extent = kUnknown;
  Symbol name{};
};

struct Type {
  enum class Kind : std::uint8_t {
    unknown,
    none,      ///< the type of Python's None
    tensor,    ///< dtype, dims if ranked
    scalar,    ///< a Python or ONNX number, bool or string: dtype; unknown dtype means any number
    list,      ///< args[0]: element
    tuple,     ///< args: fields; name: class of a named tuple
    optional,  ///< args[0]
    dict,      ///< args[0], args[1]
    object,    ///< an instance of the class `name`: modules, interfaces, custom classes
    opaque,    ///< anything else, called `name` ("Device", "Generator", "Any")
  };
  Kind kind = Kind::unknown;
  DType dtype = DType::unknown;
  bool ranked = false;  ///< false: rank unknown, which is not rank 0
  Symbol name{};
  Slice<Dim> dims{};
  Slice<TypeId> args{};
};

/// A constant as the file holds it: an attribute of a node or of a module.
struct Literal {
  enum class Kind : std::uint8_t {
    unknown,  ///< the file does not say without running code (an attribute set by __setstate__)
    none,
    boolean,   ///< bits: 0 or 1
    integer,   ///< bits
    floating,  ///< bits: the pattern of an IEEE double
    complex,   ///< elements: real part, imaginary part
    string,    ///< bits: a Text
    tensor,    ///< bits: a TensorId
    type,      ///< bits: a TypeId
    module,    ///< bits: a ModuleId
    list,      ///< elements
    tuple,     ///< elements
    dict,      ///< elements: key, value, key, value, ...
    opaque,    ///< bits: a Text that says what it is (a device, a generator, an enum value)
  };
  Kind kind = Kind::unknown;
  std::int64_t bits = 0;
  Slice<LiteralId> elements{};
};

struct Attribute {
  Symbol name{};
  LiteralId value{};
};

/// A constant tensor. Weights stay in their file and are not read by loading.
struct Tensor {
  TypeId type{};
  Text name{};                    ///< may be none
  Symbol file{};                  ///< the file that holds the data; none: inline, or the data is absent
  std::uint64_t offset = 0;       ///< bytes from the start of `file`
  std::uint64_t length = 0;       ///< bytes that the tensor's elements span in the file or inline
  Slice<std::int64_t> strides{};  ///< in elements; none: contiguous
  Slice<std::byte> data{};        ///< elements of a small constant, little-endian; a string: u32 length, then its bytes
};

/// One frame of a source position; `caller` leads to the frame that called it.
struct Location {
  Symbol file{};                 ///< none: unknown
  std::uint32_t line = 0;        ///< from 1; 0: unknown
  std::uint32_t column = 0;      ///< from 1; 0: unknown
  std::uint32_t end_column = 0;  ///< one past the last column, on the same line; 0: unknown
  Symbol function{};             ///< enclosing function; may be none
  Symbol scope{};                ///< path of the module instance, "encoder.layer.0"; "" is the root, none: unknown
  LocationId caller{};
};

/// A model under inspection may be broken, so a Value may have no definition.
struct Value {
  enum class Def : std::uint8_t {
    unresolved,
    node,      ///< a result; owner: NodeId
    block,     ///< a block parameter; owner: BlockId
    constant,  ///< an initializer; owner: TensorId
  };
  Def def = Def::unresolved;
  std::uint32_t owner = NodeId::kNone;
  std::uint32_t index = 0;  ///< which result or parameter of the owner
  TypeId type{};            ///< may be none: unknown
  Text name{};              ///< may be none; not unique
};

struct Node {
  Symbol op{};  ///< "onnx::Conv", "aten::relu"
  Text name{};  ///< may be none; not unique
  BlockId parent{};
  LocationId loc{};           ///< may be none
  Slice<ValueId> operands{};  ///< an id that is none: an omitted optional input
  Slice<ValueId> results{};
  Slice<Attribute> attributes{};
  Slice<BlockId> blocks{};
};
static_assert(sizeof(Node) == 48 && sizeof(Value) == 20, "a million nodes must stay cheap");

struct Block {
  NodeId owner{};  ///< none: the body of a function
  FunctionId function{};
  Slice<ValueId> params{};
  Slice<ValueId> outputs{};
  Slice<NodeId> nodes{};  ///< in file order, those of nested blocks not included
};

/// A method of a TorchScript archive (calls inlined), or the graph of an ONNX model.
struct Function {
  /// How the function came to be; `mixed` holds code of both kinds.
  enum class Origin : std::uint8_t { unknown, scripted, traced, mixed, exported };
  Symbol name{};
  Origin origin = Origin::unknown;
  ModuleId self{};  ///< the module that is the first parameter; none: a plain function
  BlockId body{};
  LocationId loc{};
  Slice<Attribute> defaults{};  ///< default values of parameters, by name
};

/// A callable as it stands in the file before inlining: origins are told function by function.
struct Callable {
  Symbol name{};  ///< qualified: "__torch__.my_module.MyModule.forward"
  Function::Origin origin = Function::Origin::unknown;
  LocationId loc{};
};

struct ModuleAttribute {
  enum class Role : std::uint8_t { plain, parameter, buffer, submodule };
  Symbol name{};
  Role role = Role::plain;
  TypeId type{};
  LiteralId value{};  ///< none or `unknown`: not known without running the file's code
};

struct Module {
  Symbol name{};  ///< the attribute it is first reached by; "" for the root
  Symbol path{};  ///< dotted path from the root; "" for the root
  Symbol type{};  ///< class name
  ModuleId parent{};
  bool has_setstate = false;  ///< loading it runs code of the file, so its attributes are unknown
  Slice<ModuleAttribute> attributes{};
};

/// An operator that the runtime in use does not have; its schema was derived from the call sites.
struct MissingOperator {
  Symbol op{};
  Text schema{};
  LocationId loc{};  ///< first call
};

/// Text of a source file as the archive carries it, for showing lines when the file itself is not found.
struct SourceText {
  Symbol file{};
  std::uint32_t first_line = 1;
  Text text{};
};

/// One line of the model's own or the loader's metadata ("producer", "opset.ai.onnx", ...).
struct Property {
  Symbol key{};
  Text value{};
};

struct Use {
  NodeId user{};    ///< none: an output of `block`
  BlockId block{};  ///< set when the use is a block output
  std::uint32_t operand = 0;
};

/// Immutable. GraphBuilder makes it; afterwards any number of threads may read
/// it, and every reference and span below lives as long as the Graph or a copy of it.
class Graph {
 public:
  Format format() const;
  std::span<const Property> properties() const;
  /// Value of the first property called `key`, or "".
  std::string_view property(std::string_view key) const;
  std::span<const MissingOperator> missing_operators() const;
  std::span<const SourceText> sources() const;
  std::span<const Callable> callables() const;

  IdRange<FunctionId> functions() const;
  IdRange<ModuleId> modules() const;
  IdRange<BlockId> all_blocks() const;
  /// Ids are dense, and in file order within each block.
  IdRange<NodeId> all_nodes() const;
  IdRange<ValueId> all_values() const;
  IdRange<TensorId> tensors() const;
  IdRange<LocationId> locations() const;
  IdRange<Symbol> symbols() const;

  const Function& operator[](FunctionId id) const;
  const Module& operator[](ModuleId id) const;
  const Block& operator[](BlockId id) const;
  const Node& operator[](NodeId id) const;
  /// An unresolved value without a name for a none id: an operand that is left out.
  const Value& operator[](ValueId id) const;
  /// The type `unknown` for a none id.
  const Type& operator[](TypeId id) const;
  const Literal& operator[](LiteralId id) const;
  const Tensor& operator[](TensorId id) const;
  const Location& operator[](LocationId id) const;
  /// "" for a none id.
  std::string_view operator[](Symbol id) const;
  std::string_view operator[](Text id) const;

  std::span<const ValueId> operator[](Slice<ValueId> slice) const;
  std::span<const NodeId> operator[](Slice<NodeId> slice) const;
  std::span<const BlockId> operator[](Slice<BlockId> slice) const;
  std::span<const Attribute> operator[](Slice<Attribute> slice) const;
  std::span<const ModuleAttribute> operator[](Slice<ModuleAttribute> slice) const;
  std::span<const LiteralId> operator[](Slice<LiteralId> slice) const;
  std::span<const Dim> operator[](Slice<Dim> slice) const;
  std::span<const TypeId> operator[](Slice<TypeId> slice) const;
  std::span<const std::int64_t> operator[](Slice<std::int64_t> slice) const;
  std::span<const std::byte> operator[](Slice<std::byte> slice) const;

  /// Every use of a value, by nodes and as block output, in file order. Counted once, when the graph was built.
  std::span<const Use> uses(ValueId value) const;
  /// None when the text does not occur in the graph.
  Symbol find_symbol(std::string_view text) const;
  /// Null when the node has no attribute of that name.
  const Literal* attribute(NodeId node, std::string_view name) const;
  const ModuleAttribute* attribute(ModuleId module, std::string_view name) const;
  /// The node that defines `value`; none for parameters, initializers and unresolved values.
  NodeId defining_node(ValueId value) const;

  std::string_view text(const Literal& string_or_opaque) const;
  double floating(const Literal& literal) const;

  struct Tables;

 private:
  friend class GraphBuilder;
  explicit Graph(std::shared_ptr<const Tables> tables);
  std::shared_ptr<const Tables> tables_;
};

/// Names of enumerators as the IR text, reports and messages spell them ("f32", "scripted", "torchscript").
std::string_view name_of(DType dtype);
std::string_view name_of(Format format);
std::string_view name_of(Function::Origin origin);
std::string_view name_of(ModuleAttribute::Role role);
/// Bytes an element takes in memory; 0 for string, unknown and types packed below a byte.
std::size_t byte_size(DType dtype);

}  // namespace graphwitness
