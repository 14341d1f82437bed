// The reading half of the IR text; print.cc is the other. Input may be hostile: every id is checked before use.

#include <bit>
#include <charconv>
#include <cstring>
#include <limits>
#include <optional>
#include <utility>

#include "graphwitness/ir/builder.h"
#include "graphwitness/ir/text.h"
#include "graphwitness/support/error.h"
#include "ir/lexer.h"
#include "ir/spelling.h"
#include "ir/tables.h"
#include "ir/text_map.h"

namespace graphwitness {
namespace {

constexpr int kDeepest = 64;

std::optional<DType> dtype_named(std::string_view name) {
  for (int i = 0; i <= static_cast<int>(DType::string); ++i) {
    if (name_of(static_cast<DType>(i)) == name) return static_cast<DType>(i);
  }
  return std::nullopt;
}

template <class Enum>
std::optional<Enum> enumerator_named(std::string_view name, Enum last) {
  for (int i = 0; i <= static_cast<int>(last); ++i) {
    if (name_of(static_cast<Enum>(i)) == name) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

/// Value labels of one function, and of the constants that all functions share.
using Labels = TextMap<ValueId>;

class Reader {
 public:
  Reader(std::string_view text, const ReadOptions& options) : lexer_(text, options.file), options_(options) {
    advance();
  }

  ReadResult read() && {
    while (token_.kind != Token::Kind::end) declaration();
    for (const auto& [what, index, size] : pending_) {
      if (index >= *size) lexer_.fail(token_, what + " " + std::to_string(index) + " is used but not declared");
    }
    return {std::move(builder_).build(), std::move(node_lines_)};
  }

 private:
  // Tokens.

  void advance() { token_ = lexer_.next(); }

  static std::string shown(const Token& token) {
    if (token.kind == Token::Kind::end) return "the end of the text";
    return "`" + std::string(token.text.substr(0, 60)) + "`";
  }

  [[noreturn]] void unexpected(const std::string& expected) const {
    lexer_.fail(token_, "found " + shown(token_) + ", expected " + expected);
  }

  bool is(char punctuation) const { return token_.kind == Token::Kind::punctuation && token_.text[0] == punctuation; }
  bool is(std::string_view word) const { return token_.kind == Token::Kind::word && token_.text == word; }

  bool accept(char punctuation) {
    if (!is(punctuation)) return false;
    advance();
    return true;
  }
  bool accept(std::string_view word) {
    if (!is(word)) return false;
    advance();
    return true;
  }
  void expect(char punctuation) {
    if (!accept(punctuation)) unexpected(std::string("`") + punctuation + "`");
  }
  void expect(std::string_view word) {
    if (!accept(word)) unexpected("`" + std::string(word) + "`");
  }

  std::string string(const char* what) {
    if (token_.kind != Token::Kind::string) unexpected(std::string(what) + " in quotes");
    std::string text(token_.text);
    advance();
    return text;
  }

  std::string word_or_string(const char* what) {
    if (token_.kind != Token::Kind::word && token_.kind != Token::Kind::string) unexpected(what);
    std::string text(token_.text);
    advance();
    return text;
  }

  template <class Number>
  Number number(const char* what) {
    Number number{};
    const auto [end, error] = std::from_chars(token_.text.data(), token_.text.data() + token_.text.size(), number);
    const bool whole = end == token_.text.data() + token_.text.size();
    if (token_.kind != Token::Kind::number || error != std::errc() || !whole) unexpected(what);
    advance();
    return number;
  }

  // Declarations.

  void declaration() {
    if (is("graph")) return graph();
    if (accept("format")) return format();
    if (accept("property")) return property();
    if (accept("location")) return location();
    if (accept("source")) return source();
    if (accept("tensor")) return tensor();
    if (accept("module")) return module();
    if (accept("missing")) return missing();
    if (accept("callable")) return callable();
    if (accept("constant")) return constant();
    unexpected("a declaration such as `graph`, `format` or `location`");
  }

  void format() {
    const auto format = enumerator_named(token_.text, Format::onnx);
    if (!format) unexpected("`torchscript` or `onnx`");
    advance();
    builder_.set_format(*format);
  }

  void property() {
    const std::string key = string("the name of a property");
    builder_.add_property(key, string("the value of a property"));
  }

  void declare(const char* what, std::uint32_t expected) {
    const auto index = number<std::uint32_t>("an index");
    if (index != expected) {
      lexer_.fail(token_, std::string(what) + " " + std::to_string(index) + " is out of order, expected " +
                              std::to_string(expected));
    }
  }

  void location() {
    declare("location", static_cast<std::uint32_t>(locations_.size()));
    Location location;
    if (token_.kind == Token::Kind::string) location.file = builder_.intern(string("a file"));
    if (accept("line")) location.line = number<std::uint32_t>("a line");
    if (accept("column")) location.column = number<std::uint32_t>("a column");
    if (accept("to")) location.end_column = number<std::uint32_t>("a column");
    if (accept("in")) location.function = builder_.intern(string("a function"));
    if (accept("scope")) location.scope = builder_.intern(string("a module path"));
    if (accept("from")) location.caller = location_reference();
    locations_.push_back(builder_.location(location));
  }

  LocationId location_reference() {
    const Token at = token_;
    const auto index = number<std::uint32_t>("the index of a location");
    if (index >= locations_.size()) {
      lexer_.fail(at, "location " + std::to_string(index) + " is not declared above");
    }
    return locations_[index];
  }

  LocationId optional_location() { return accept('@') ? location_reference() : LocationId{}; }

  void source() {
    const Symbol file = builder_.intern(string("a file"));
    expect("line");
    const auto line = number<std::uint32_t>("a line");
    builder_.add_source(file, line, string("the text of a source file"));
  }

  void missing() {
    const std::string op = string("an operator");
    const std::string schema = string("a schema");
    builder_.add_missing_operator(op, schema, optional_location());
  }

  void callable() {
    const std::string name = string("the name of a callable");
    const auto origin = enumerator_named(token_.text, Function::Origin::exported);
    if (!origin) unexpected("`scripted`, `traced`, `mixed`, `exported` or `unknown`");
    advance();
    builder_.add_callable(name, *origin, optional_location());
  }

  void tensor() {
    declare("tensor", tensor_count_);
    ++tensor_count_;
    const std::string name = token_.kind == Token::Kind::string ? string("a name") : std::string();
    const TypeId type = this->type(0);
    std::vector<std::int64_t> strides;
    if (accept("strides")) {
      expect('[');
      while (!is(']')) {
        strides.push_back(number<std::int64_t>("a stride"));
        if (!accept(',')) break;
      }
      expect(']');
    }
    if (accept("in")) {
      const Symbol file = builder_.intern(string("a file"));
      expect("at");
      const auto offset = number<std::uint64_t>("an offset");
      expect("bytes");
      builder_.tensor_in_file(type, name, file, offset, number<std::uint64_t>("a length"), strides);
      return;
    }
    if (accept("absent")) {
      builder_.tensor_absent(type, name, number<std::uint64_t>("a length"), strides);
      return;
    }
    const std::string data = tensor_data();
    builder_.tensor_inline(type, name, std::as_bytes(std::span(data)), strides);
  }

  /// Elements in braces, of the dtype that `dtype_` holds since the tensor's type was read, or x"bytes".
  std::string tensor_data() {
    std::string data;
    if (token_.kind == Token::Kind::hex) {
      data = token_.text;
      advance();
      return data;
    }
    expect('{');
    while (!is('}')) {
      append_element(data);
      if (!accept(',')) break;
    }
    expect('}');
    return data;
  }

  template <class T>
  void append_bytes(std::string& data, T element) {
    data.append(reinterpret_cast<const char*>(&element), sizeof(element));
  }

  void append_element(std::string& data) {
    switch (dtype_) {
      case DType::boolean:
        return append_bytes(data, static_cast<std::uint8_t>(boolean() ? 1 : 0));
      case DType::i8:
        return append_bytes(data, number<std::int8_t>("an i8"));
      case DType::u8:
        return append_bytes(data, number<std::uint8_t>("a u8"));
      case DType::i16:
        return append_bytes(data, number<std::int16_t>("an i16"));
      case DType::u16:
        return append_bytes(data, number<std::uint16_t>("a u16"));
      case DType::i32:
        return append_bytes(data, number<std::int32_t>("an i32"));
      case DType::u32:
        return append_bytes(data, number<std::uint32_t>("a u32"));
      case DType::i64:
        return append_bytes(data, number<std::int64_t>("an i64"));
      case DType::f32:
        return append_bytes(data, static_cast<float>(floating()));
      case DType::f64:
        return append_bytes(data, floating());
      default:
        unexpected("x\"...\": elements of this dtype are written as bytes");
    }
  }

  bool boolean() {
    if (!is("true") && !is("false")) unexpected("`true` or `false`");
    const bool value = is("true");
    advance();
    return value;
  }

  double floating() {
    if (accept("inf")) return std::numeric_limits<double>::infinity();
    if (accept("nan")) {
      if (!accept('(')) return std::numeric_limits<double>::quiet_NaN();
      const auto bits = number<std::uint64_t>("the bits of a NaN");
      expect(')');
      return std::bit_cast<double>(bits);
    }
    return number<double>("a number");
  }

  void module() {
    declare("module", module_count_);
    Module module;
    module.name = builder_.intern(string("the name of a module"));
    expect("path");
    module.path = builder_.intern(string("the path of a module"));
    expect("class");
    module.type = builder_.intern(string("a class"));
    if (accept("parent")) {
      const Token at = token_;
      module.parent = ModuleId{number<std::uint32_t>("the index of a module")};
      if (module.parent.raw >= module_count_) lexer_.fail(at, "the parent of a module stands below it");
    }
    module.has_setstate = accept("setstate");
    ++module_count_;
    expect('{');
    std::vector<ModuleAttribute> attributes;
    while (!is('}')) attributes.push_back(module_attribute());
    expect('}');
    builder_.set_attributes(builder_.add_module(module), attributes);
  }

  ModuleAttribute module_attribute() {
    ModuleAttribute attribute;
    const auto role = enumerator_named(token_.text, ModuleAttribute::Role::submodule);
    if (token_.kind != Token::Kind::word || !role) unexpected("`parameter`, `buffer`, `plain` or `submodule`");
    attribute.role = *role;
    advance();
    attribute.name = builder_.intern(string("the name of an attribute"));
    expect(':');
    attribute.type = type(0);
    expect('=');
    attribute.value = literal(0);
    return attribute;
  }

  // Types and literals.

  TypeId type(int depth) {
    if (depth > kDeepest) lexer_.fail(token_, "types nest deeper than 64");
    if (accept("tensor")) return tensor_type();
    dtype_ = DType::unknown;
    if (accept("int")) return builder_.scalar(DType::i64);
    if (accept("float")) return builder_.scalar(DType::f64);
    if (accept("bool")) return builder_.scalar(DType::boolean);
    if (accept("complex")) return builder_.scalar(DType::c128);
    if (accept("str")) return builder_.scalar(DType::string);
    if (accept("number")) return builder_.scalar(DType::unknown);
    if (accept("scalar")) {
      expect('<');
      const DType dtype = this->dtype();
      expect('>');
      return builder_.scalar(dtype);
    }
    struct Named {
      std::string_view word;
      Type::Kind kind;
    };
    static constexpr Named kKinds[] = {{"list", Type::Kind::list},         {"tuple", Type::Kind::tuple},
                                       {"optional", Type::Kind::optional}, {"dict", Type::Kind::dict},
                                       {"object", Type::Kind::object},     {"opaque", Type::Kind::opaque},
                                       {"none", Type::Kind::none},         {"unknown", Type::Kind::unknown}};
    for (const Named& named : kKinds) {
      if (accept(named.word)) return compound_type(named.kind, depth);
    }
    unexpected("a type such as `tensor`, `int` or `list<int>`");
  }

  TypeId compound_type(Type::Kind kind, int depth) {
    Symbol name;
    if (token_.kind == Token::Kind::string) name = builder_.intern(string("a name"));
    std::vector<TypeId> args;
    if (accept('<')) {
      while (!is('>')) {
        args.push_back(type(depth + 1));
        if (!accept(',')) break;
      }
      expect('>');
    }
    const bool complete = (kind != Type::Kind::list && kind != Type::Kind::optional) || args.size() == 1;
    if (!complete || (kind == Type::Kind::dict && args.size() != 2)) unexpected("a type with all its arguments before");
    return builder_.type(kind, args, name);
  }

  DType dtype() {
    if (accept('?')) return DType::unknown;
    const auto dtype = dtype_named(token_.text);
    if (token_.kind != Token::Kind::word || !dtype) unexpected("a dtype such as `f32`, or `?`");
    advance();
    return *dtype;
  }

  TypeId tensor_type() {
    dtype_ = DType::unknown;
    if (!accept('<')) return builder_.tensor_type(DType::unknown);
    const DType dtype = this->dtype();
    dtype_ = dtype;
    std::vector<Dim> dims;
    while (accept(',')) {
      if (accept('*')) {
        expect('>');
        return builder_.tensor_type(dtype);
      }
      dims.push_back(dim());
    }
    expect('>');
    return builder_.tensor_type(dtype, dims);
  }

  Dim dim() {
    if (accept('?')) return {};
    if (token_.kind == Token::Kind::number) return {.extent = number<std::int64_t>("a size"), .name = {}};
    return {.extent = Dim::kUnknown, .name = builder_.intern(word_or_string("a size, a symbol or `?`"))};
  }

  LiteralId literal(int depth) {
    if (depth > kDeepest) lexer_.fail(token_, "literals nest deeper than 64");
    if (token_.kind == Token::Kind::number) return number_literal();
    if (token_.kind == Token::Kind::string) return builder_.string(string("a string"));
    if (is("inf") || is("nan")) return builder_.floating(floating());
    if (is("true") || is("false")) return builder_.boolean(boolean());
    if (accept("none")) return builder_.literal(Literal::Kind::none);
    if (accept("unknown")) return builder_.literal(Literal::Kind::unknown);
    if (accept("opaque")) return builder_.opaque(string("a description"));
    if (accept("type")) return builder_.type_literal(type(depth + 1));
    if (accept("tensor")) return builder_.tensor(TensorId{reference("tensor", tensor_count_)});
    if (accept("module")) return builder_.module(ModuleId{reference("module", module_count_)});
    if (accept("complex")) return elements(Literal::Kind::complex, '(', ')', depth);
    if (is('[')) return elements(Literal::Kind::list, '[', ']', depth);
    if (is('(')) return elements(Literal::Kind::tuple, '(', ')', depth);
    if (is('{')) return elements(Literal::Kind::dict, '{', '}', depth);
    unexpected("a literal such as `1`, `2.0`, `\"text\"` or `[1, 2]`");
  }

  LiteralId number_literal() {
    if (token_.text.find_first_of(".eEn") == std::string_view::npos) {
      return builder_.integer(number<std::int64_t>("an integer of 64 bits"));
    }
    return builder_.floating(floating());
  }

  LiteralId elements(Literal::Kind kind, char open, char close, int depth) {
    expect(open);
    std::vector<LiteralId> elements;
    while (!is(close)) {
      elements.push_back(literal(depth + 1));
      if (kind == Literal::Kind::dict) {
        expect(':');
        elements.push_back(literal(depth + 1));
      }
      if (!accept(',')) break;
    }
    expect(close);
    return builder_.sequence(kind, elements);
  }

  /// An index into a table that may still grow; checked at the end.
  std::uint32_t reference(const char* what, const std::uint32_t& size) {
    const auto index = number<std::uint32_t>("an index");
    if (index >= size) pending_.push_back({what, index, &size});
    return index;
  }

  // Graphs.

  void constant() {
    const ValueId value = define(shared_labels_);
    expect('=');
    expect("tensor");
    builder_.define_constant(value, TensorId{reference("tensor", tensor_count_)});
  }

  /// A label being defined, with its type if one follows. A label that is only referred to so far gets its definition.
  ValueId define(Labels& labels) {
    if (token_.kind != Token::Kind::value) unexpected("a value such as `%x`");
    const Token at = token_;
    const bool shadows = &labels == &labels_ && shared_labels_.contains(at.text);
    const ValueId value = labelled(labels);
    if (value.raw >= defined_.size()) defined_.resize(value.raw + 1, 0);
    if (shadows || std::exchange(defined_[value.raw], std::uint8_t{1}) != 0) {
      lexer_.fail(at, "a value is defined twice; write `%name#2` for a second value of the same name");
    }
    if (accept(':')) builder_.set_type(value, type(0));
    return value;
  }

  /// The value that the current token names, made when it is new.
  ValueId labelled(Labels& labels) {
    const auto found = labels.find(token_.text);
    ValueId value;
    if (found != labels.end()) {
      value = found->second;
    } else {
      value = builder_.add_value(token_.name);
      labels.emplace(keep_.copy(token_.text), value);
    }
    advance();
    return value;
  }

  ValueId reference_value() {
    if (accept("_")) return {};
    if (token_.kind != Token::Kind::value) unexpected("a value such as `%x`, or `_`");
    const auto shared = shared_labels_.find(token_.text);
    if (shared == shared_labels_.end()) return labelled(labels_);
    const ValueId value = shared->second;
    advance();
    return value;
  }

  void graph() {
    expect("graph");
    labels_ = Labels();  // clear() would walk the table that the largest graph so far needed
    const std::string name = token_.kind == Token::Kind::string ? string("a name") : std::string();
    Function::Origin origin = Function::Origin::unknown;
    if (token_.kind == Token::Kind::word && !is("self")) {
      const auto named = enumerator_named(token_.text, Function::Origin::exported);
      if (!named) unexpected("`scripted`, `traced`, `mixed`, `exported` or `unknown`");
      origin = *named;
      advance();
    }
    const FunctionId function = builder_.add_function(name, origin);
    if (accept("self")) builder_.set_self(function, ModuleId{reference("module", module_count_)});
    builder_.set_defaults(function, attributes());
    builder_.set_location(function, optional_location());
    params(builder_.body(function));
    statements(builder_.body(function));
  }

  void params(BlockId block) {
    expect('(');
    while (!is(')')) {
      builder_.add_param(block, define(labels_));
      if (!accept(',')) break;
    }
    expect(')');
    expect(':');
  }

  /// A block whose `return` has not been read yet; `owner` is none for the body of a function.
  struct OpenBlock {
    BlockId block;
    NodeId owner;
  };

  /// The statements of a function with all nested blocks; the open blocks are a stack, not calls.
  void statements(BlockId body) {
    std::vector<OpenBlock> open{{body, {}}};
    while (!open.empty()) {
      const OpenBlock top = open.back();
      if (!is("return")) {
        const NodeId node = this->node(top.block);
        if (accept('{')) open.push_back(open_block(node));
        continue;
      }
      outputs(top.block);
      open.pop_back();
      if (!top.owner) continue;
      if (is("block")) {
        open.push_back(open_block(top.owner));
      } else {
        expect('}');
      }
    }
  }

  OpenBlock open_block(NodeId owner) {
    expect("block");
    const OpenBlock opened{builder_.add_block(owner), owner};
    params(opened.block);
    return opened;
  }

  void outputs(BlockId block) {
    expect("return");
    if (token_.kind != Token::Kind::value && !is("_")) return;
    do {
      builder_.add_output(block, reference_value());
    } while (accept(','));
  }

  NodeId node(BlockId parent) {
    const Token at = token_;
    std::vector<ValueId> results;
    if (token_.kind == Token::Kind::value || is("_")) {
      do {
        results.push_back(accept("_") ? ValueId{} : define(labels_));
      } while (accept(','));
      expect('=');
    }
    const std::string op = word_or_string("an operator such as `aten::relu`, or `return`");
    const std::vector<Attribute> attributes = this->attributes();
    std::vector<ValueId> operands;
    expect('(');
    while (!is(')')) {
      operands.push_back(reference_value());
      if (!accept(',')) break;
    }
    expect(')');
    const std::string name = accept("name") ? string("a name") : std::string();
    LocationId location = optional_location();
    if (!location && options_.locate) {
      location = builder_.location({.file = builder_.intern(options_.file), .line = at.line});
    }
    node_lines_.push_back(at.line);
    return builder_.add_node(parent, op, operands, results, location, name, attributes);
  }

  std::vector<Attribute> attributes() {
    std::vector<Attribute> attributes;
    if (!accept('[')) return attributes;
    while (!is(']')) {
      const Symbol name = builder_.intern(word_or_string("the name of an attribute"));
      expect('=');
      attributes.push_back({name, literal(0)});
      if (!accept(',')) break;
    }
    expect(']');
    return attributes;
  }

  struct Pending {
    std::string what;
    std::uint32_t index;
    const std::uint32_t* size;
  };

  Lexer lexer_;
  const ReadOptions& options_;
  Token token_;
  GraphBuilder builder_;
  std::vector<std::uint32_t> node_lines_;
  std::vector<LocationId> locations_;
  std::vector<Pending> pending_;
  std::uint32_t tensor_count_ = 0;
  std::uint32_t module_count_ = 0;
  DType dtype_ = DType::unknown;  ///< of the tensor type read last
  Labels shared_labels_;
  Labels labels_;
  Arena keep_;                         ///< owns the labels that the maps point to
  std::vector<std::uint8_t> defined_;  ///< by value: has a definition been read
};

}  // namespace

ReadResult read_ir(std::string_view text, const ReadOptions& options) { return Reader(text, options).read(); }

}  // namespace graphwitness
