// The printing half of the IR text; read.cc is the other.

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "graphwitness/ir/text.h"
#include "ir/spelling.h"
#include "ir/walk.h"

namespace graphwitness {
namespace {

constexpr std::string_view kOpaque = "opaque";

std::string_view scalar_word(DType dtype) {
  switch (dtype) {
    case DType::i64:
      return "int";
    case DType::f64:
      return "float";
    case DType::boolean:
      return "bool";
    case DType::c128:
      return "complex";
    case DType::string:
      return "str";
    case DType::unknown:
      return "number";
    default:
      return {};
  }
}

std::string_view kind_word(Type::Kind kind) {
  switch (kind) {
    case Type::Kind::list:
      return "list";
    case Type::Kind::tuple:
      return "tuple";
    case Type::Kind::optional:
      return "optional";
    case Type::Kind::dict:
      return "dict";
    case Type::Kind::object:
      return "object";
    case Type::Kind::opaque:
      return kOpaque;
    case Type::Kind::none:
      return "none";
    case Type::Kind::unknown:
    case Type::Kind::tensor:
    case Type::Kind::scalar:
      break;
  }
  return "unknown";
}

void append_dim(std::string& out, const Graph& graph, const Dim& dim) {
  if (dim.name) return append_word(out, graph[dim.name]);
  if (dim.extent == Dim::kUnknown) {
    out += '?';
    return;
  }
  append_integer(out, dim.extent);
}

void append_tensor_type(std::string& out, const Graph& graph, const Type& type) {
  out += "tensor";
  if (!type.ranked && type.dtype == DType::unknown) return;
  out += '<';
  out += name_of(type.dtype);
  if (!type.ranked) out += ", *";
  for (const Dim& dim : graph[type.dims]) {
    out += ", ";
    append_dim(out, graph, dim);
  }
  out += '>';
}

/// Recursive, but only as deep as types nest in the file; front ends bound that.
void append_type(std::string& out, const Graph& graph, TypeId id) {
  const Type& type = graph[id];
  if (type.kind == Type::Kind::tensor) return append_tensor_type(out, graph, type);
  if (type.kind == Type::Kind::scalar) {
    const std::string_view word = scalar_word(type.dtype);
    if (!word.empty()) {
      out += word;
      return;
    }
    out += "scalar<";
    out += name_of(type.dtype);
    out += '>';
    return;
  }
  out += kind_word(type.kind);
  if (type.name) {
    out += ' ';
    append_quoted(out, graph[type.name]);
  }
  if (type.args.count == 0 && type.kind != Type::Kind::tuple) return;
  out += '<';
  bool first = true;
  for (TypeId arg : graph[type.args]) {
    if (!first) out += ", ";
    first = false;
    append_type(out, graph, arg);
  }
  out += '>';
}

struct Brackets {
  char open, close;
};

Brackets brackets_of(Literal::Kind kind) {
  if (kind == Literal::Kind::list) return {'[', ']'};
  if (kind == Literal::Kind::dict) return {'{', '}'};
  return {'(', ')'};
}

void append_literal(std::string& out, const Graph& graph, LiteralId id, std::size_t most) {
  const Literal& literal = graph[id];
  const auto index = [&] { append_unsigned(out, static_cast<std::uint32_t>(literal.bits)); };
  switch (literal.kind) {
    case Literal::Kind::unknown:
      out += "unknown";
      return;
    case Literal::Kind::none:
      out += "none";
      return;
    case Literal::Kind::boolean:
      out += literal.bits != 0 ? "true" : "false";
      return;
    case Literal::Kind::integer:
      append_integer(out, literal.bits);
      return;
    case Literal::Kind::floating:
      append_floating(out, graph.floating(literal));
      return;
    case Literal::Kind::opaque:
      out += "opaque ";
      [[fallthrough]];
    case Literal::Kind::string: {
      const std::string_view text = graph.text(literal);
      const bool cut = text.size() / 8 > most;
      append_quoted(out, cut ? text.substr(0, most * 8) : text);
      if (cut) out += "…";
      return;
    }
    case Literal::Kind::tensor:
      out += "tensor ";
      index();
      return;
    case Literal::Kind::module:
      out += "module ";
      index();
      return;
    case Literal::Kind::type:
      out += "type ";
      append_type(out, graph, TypeId{static_cast<std::uint32_t>(literal.bits)});
      return;
    case Literal::Kind::complex:
      out += "complex";
      break;
    case Literal::Kind::list:
    case Literal::Kind::tuple:
    case Literal::Kind::dict:
      break;
  }
  const Brackets brackets = brackets_of(literal.kind);
  out += brackets.open;
  std::size_t at = 0;
  for (LiteralId element : graph[literal.elements]) {
    const bool is_value = literal.kind == Literal::Kind::dict && at % 2 == 1;
    if (at > 0) out += is_value ? ": " : ", ";
    if (at >= most && !is_value) {
      out += "… ";
      append_unsigned(out, literal.elements.count - at);
      out += " more";
      break;
    }
    append_literal(out, graph, element, most);
    ++at;
  }
  out += brackets.close;
}

template <class T>
T element_at(std::span<const std::byte> data, std::size_t at) {
  T element{};
  std::memcpy(&element, data.data() + at * sizeof(T), sizeof(T));
  return element;
}

template <class T, class Append>
void append_elements(std::string& out, std::span<const std::byte> data, Append append) {
  out += '{';
  for (std::size_t at = 0; at * sizeof(T) < data.size(); ++at) {
    if (at > 0) out += ", ";
    append(element_at<T>(data, at));
  }
  out += '}';
}

/// Float data as numbers when every element reads back to the same bits, which a NaN does not promise.
template <class T>
bool append_floats(std::string& out, std::span<const std::byte> data) {
  for (std::size_t at = 0; at * sizeof(T) < data.size(); ++at) {
    if (std::isnan(element_at<T>(data, at))) return false;
  }
  append_elements<T>(out, data, [&](T element) { append_floating(out, element); });
  return true;
}

bool append_numbers(std::string& out, DType dtype, std::span<const std::byte> data) {
  const std::size_t size = byte_size(dtype);
  if (size == 0 || data.size() % size != 0) return false;
  const auto integers = [&]<class T>(T) {
    append_elements<T>(out, data, [&](T element) { append_integer(out, static_cast<std::int64_t>(element)); });
    return true;
  };
  switch (dtype) {
    case DType::boolean: {
      const auto plain = [](std::byte b) { return b == std::byte{0} || b == std::byte{1}; };
      if (!std::ranges::all_of(data, plain)) return false;
      append_elements<std::uint8_t>(out, data, [&](std::uint8_t b) { out += b != 0 ? "true" : "false"; });
      return true;
    }
    case DType::i8:
      return integers(std::int8_t{});
    case DType::u8:
      return integers(std::uint8_t{});
    case DType::i16:
      return integers(std::int16_t{});
    case DType::u16:
      return integers(std::uint16_t{});
    case DType::i32:
      return integers(std::int32_t{});
    case DType::u32:
      return integers(std::uint32_t{});
    case DType::i64:
      return integers(std::int64_t{});
    case DType::f32:
      return append_floats<float>(out, data);
    case DType::f64:
      return append_floats<double>(out, data);
    default:
      return false;
  }
}

class Printer {
 public:
  Printer(const Graph& graph, const PrintOptions& options) : graph_(graph), options_(options), labels_(graph) {}

  std::string print() && {
    if (graph_.format() != Format::unknown) line("format ", name_of(graph_.format()));
    for (const Property& property : graph_.properties()) {
      out_ += "property ";
      quoted(graph_[property.key]);
      out_ += ' ';
      quoted(graph_[property.value]);
      out_ += '\n';
    }
    for (LocationId location : graph_.locations()) print_location(location);
    for (const SourceText& source : graph_.sources()) print_source(source);
    for (TensorId tensor : graph_.tensors()) print_tensor(tensor);
    for (ModuleId module : graph_.modules()) print_module(module);
    for (const MissingOperator& missing : graph_.missing_operators()) print_missing(missing);
    for (const Callable& callable : graph_.callables()) print_callable(callable);
    for (ValueId value : graph_.all_values()) print_constant(value);
    for (FunctionId function : graph_.functions()) print_function(function);
    return std::move(out_);
  }

  // Visitor of walk().
  void enter(BlockId block) {
    if (!graph_[block].owner) return;
    indent();
    out_ += "block";
    print_params(block);
    ++depth_;
  }

  void visit(NodeId id) {
    const Node& node = graph_[id];
    indent();
    bool first = true;
    for (ValueId result : graph_[node.results]) {
      if (!first) out_ += ", ";
      first = false;
      typed(result);
    }
    if (!first) out_ += " = ";
    append_word(out_, graph_[node.op]);
    print_attributes(node.attributes);
    out_ += '(';
    list(graph_[node.operands]);
    out_ += ')';
    if (node.name) {
      out_ += " name ";
      quoted(graph_[node.name]);
    }
    at(node.loc);
    if (node.blocks.count > 0) {
      out_ += " {";
      ++depth_;
    }
    comment(node.loc);
    out_ += '\n';
  }

  void leave(BlockId id) {
    const Block& block = graph_[id];
    indent();
    out_ += "return";
    if (block.outputs.count > 0) out_ += ' ';
    list(graph_[block.outputs]);
    out_ += '\n';
    --depth_;
    if (!block.owner || graph_[graph_[block.owner].blocks].back() != id) return;
    --depth_;
    indent();
    out_ += "}\n";
  }

 private:
  void print_location(LocationId id) {
    const Location& location = graph_[id];
    number("location ", id.raw);
    if (location.file) {
      out_ += ' ';
      quoted(graph_[location.file]);
    }
    if (location.line > 0) number(" line ", location.line);
    if (location.column > 0) number(" column ", location.column);
    if (location.end_column > 0) number(" to ", location.end_column);
    if (location.function) {
      out_ += " in ";
      quoted(graph_[location.function]);
    }
    if (location.scope) {
      out_ += " scope ";
      quoted(graph_[location.scope]);
    }
    if (location.caller) number(" from ", location.caller.raw);
    out_ += '\n';
  }

  void print_source(const SourceText& source) {
    out_ += "source ";
    quoted(graph_[source.file]);
    number(" line ", source.first_line);
    out_ += ' ';
    quoted(graph_[source.text]);
    out_ += '\n';
  }

  void print_tensor(TensorId id) {
    const Tensor& tensor = graph_[id];
    number("tensor ", id.raw);
    if (tensor.name) {
      out_ += ' ';
      quoted(graph_[tensor.name]);
    }
    out_ += ' ';
    append_type(out_, graph_, tensor.type);
    if (tensor.strides.count > 0) {
      out_ += " strides [";
      bool first = true;
      for (std::int64_t stride : graph_[tensor.strides]) {
        if (!first) out_ += ", ";
        first = false;
        append_integer(out_, stride);
      }
      out_ += ']';
    }
    if (tensor.file) {
      out_ += " in ";
      quoted(graph_[tensor.file]);
      number(" at ", tensor.offset);
      number(" bytes ", tensor.length);
    } else if (tensor.data.count > 0 || tensor.length == 0) {
      out_ += ' ';
      print_data(tensor);
    } else {
      number(" absent ", tensor.length);
    }
    out_ += '\n';
  }

  void print_data(const Tensor& tensor) {
    const auto data = graph_[tensor.data];
    if (append_numbers(out_, graph_[tensor.type].dtype, data)) return;
    append_hex(out_, {reinterpret_cast<const char*>(data.data()), data.size()});
  }

  void print_module(ModuleId id) {
    const Module& module = graph_[id];
    number("module ", id.raw);
    out_ += ' ';
    quoted(graph_[module.name]);
    out_ += " path ";
    quoted(graph_[module.path]);
    out_ += " class ";
    quoted(graph_[module.type]);
    if (module.parent) number(" parent ", module.parent.raw);
    if (module.has_setstate) out_ += " setstate";
    out_ += " {\n";
    for (const ModuleAttribute& attribute : graph_[module.attributes]) {
      out_ += "  ";
      out_ += name_of(attribute.role);
      out_ += ' ';
      quoted(graph_[attribute.name]);
      out_ += ": ";
      append_type(out_, graph_, attribute.type);
      out_ += " = ";
      if (attribute.value) {
        append_literal(out_, graph_, attribute.value, SIZE_MAX);
      } else {
        out_ += "unknown";
      }
      out_ += '\n';
    }
    out_ += "}\n";
  }

  void print_missing(const MissingOperator& missing) {
    out_ += "missing ";
    quoted(graph_[missing.op]);
    out_ += ' ';
    quoted(graph_[missing.schema]);
    at(missing.loc);
    out_ += '\n';
  }

  void print_callable(const Callable& callable) {
    out_ += "callable ";
    quoted(graph_[callable.name]);
    out_ += ' ';
    out_ += name_of(callable.origin);
    at(callable.loc);
    out_ += '\n';
  }

  void print_constant(ValueId value) {
    if (graph_[value].def != Value::Def::constant) return;
    out_ += "constant ";
    typed(value);
    number(" = tensor ", graph_[value].owner);
    out_ += '\n';
  }

  void print_function(FunctionId id) {
    const Function& function = graph_[id];
    out_ += "graph ";
    quoted(graph_[function.name]);
    out_ += ' ';
    out_ += name_of(function.origin);
    if (function.self) number(" self ", function.self.raw);
    print_attributes(function.defaults);
    at(function.loc);
    out_ += ' ';
    print_params(function.body);
    depth_ = 1;
    walk(graph_, function.body, *this);
  }

  void print_params(BlockId block) {
    out_ += '(';
    bool first = true;
    for (ValueId param : graph_[graph_[block].params]) {
      if (!first) out_ += ", ";
      first = false;
      typed(param);
    }
    out_ += "):\n";
  }

  void print_attributes(Slice<Attribute> attributes) {
    if (attributes.count == 0) return;
    out_ += '[';
    bool first = true;
    for (const Attribute& attribute : graph_[attributes]) {
      if (!first) out_ += ", ";
      first = false;
      const std::string_view name = graph_[attribute.name];
      if (is_word_shaped(name)) {
        out_ += name;
      } else {
        quoted(name);
      }
      out_ += '=';
      append_literal(out_, graph_, attribute.value, SIZE_MAX);
    }
    out_ += ']';
  }

  void typed(ValueId value) {
    out_ += labels_[value];
    if (!value || !graph_[value].type) return;
    out_ += ": ";
    append_type(out_, graph_, graph_[value].type);
  }

  void list(std::span<const ValueId> values) {
    bool first = true;
    for (ValueId value : values) {
      if (!first) out_ += ", ";
      first = false;
      out_ += labels_[value];
    }
  }

  void at(LocationId location) {
    if (location) number(" @", location.raw);
  }

  void comment(LocationId id) {
    if (!options_.comments || !id || !graph_[id].file) return;
    const Location& location = graph_[id];
    out_ += "  // ";
    for (char c : graph_[location.file]) out_ += static_cast<unsigned char>(c) < 0x20 ? '?' : c;
    if (location.line > 0) number(":", location.line);
  }

  void number(std::string_view before, std::uint64_t value) {
    out_ += before;
    append_unsigned(out_, value);
  }
  void quoted(std::string_view text) { append_quoted(out_, text); }
  void line(std::string_view keyword, std::string_view value) {
    out_ += keyword;
    out_ += value;
    out_ += '\n';
  }
  void indent() { out_.append(std::min<std::size_t>(depth_ * 2, 80), ' '); }

  const Graph& graph_;
  const PrintOptions& options_;
  ValueLabels labels_;
  std::string out_;
  std::size_t depth_ = 0;
};

}  // namespace

std::string print(const Graph& graph, const PrintOptions& options) { return Printer(graph, options).print(); }

std::string print_type(const Graph& graph, TypeId type) {
  std::string out;
  append_type(out, graph, type);
  return out;
}

std::string print_literal(const Graph& graph, LiteralId literal, std::size_t most) {
  std::string out;
  append_literal(out, graph, literal, most);
  return out;
}

}  // namespace graphwitness
