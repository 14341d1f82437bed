#include "render/labels.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>

namespace graphwitness::picture {
namespace {

constexpr int kLevels = 4;
constexpr std::size_t kElements = 8;
constexpr int kFrames = 8;

std::string type_text(const Graph& graph, TypeId id, int levels);
std::string literal_text(const Graph& graph, const Literal& literal, int levels);

/// `open` + `text` + `close`; GCC 12 warns of an overlap in that sum that is not there.
std::string in(std::string_view open, std::string_view text, std::string_view close) {
  std::string out(open);
  return out.append(text).append(close);
}

/// "a, b, … (12)": the elements as `text` gives them.
template <class T, class ToText>
std::string joined(std::span<const T> items, ToText text) {
  std::string out;
  for (std::size_t i = 0; i < items.size() && i < kElements; ++i) {
    if (i > 0) out += ", ";
    out += text(items[i]);
  }
  if (items.size() > kElements) out += in(", … (", std::to_string(items.size()), ")");
  return out;
}

std::string tensor_type_text(const Graph& graph, const Type& type) {
  std::string out(type.dtype == DType::unknown ? "tensor" : name_of(type.dtype));
  if (!type.ranked) return type.dtype == DType::unknown ? out : out + " tensor";
  const auto dim_text = [&](const Dim& dim) {
    if (dim.extent != Dim::kUnknown) return std::to_string(dim.extent);
    return std::string(dim.name ? graph[dim.name] : "?");
  };
  return out.append(in("[", joined(graph[type.dims], dim_text), "]"));
}

/// Python's names for the numbers of Python.
std::string scalar_type_text(DType dtype) {
  switch (dtype) {
    case DType::i64:
      return "int";
    case DType::f64:
      return "float";
    case DType::boolean:
      return "bool";
    case DType::string:
      return "str";
    case DType::unknown:
      return "number";
    default:
      return std::string(name_of(dtype));
  }
}

std::string type_text(const Graph& graph, TypeId id, int levels) {
  if (levels == 0) return "…";
  const Type& type = graph[id];
  const auto arg = [&](std::size_t i) {
    return i < type.args.count ? type_text(graph, graph[type.args][i], levels - 1) : std::string("?");
  };
  const std::string_view name = graph[type.name];
  switch (type.kind) {
    case Type::Kind::unknown:
      return "";
    case Type::Kind::none:
      return "None";
    case Type::Kind::tensor:
      return tensor_type_text(graph, type);
    case Type::Kind::scalar:
      return scalar_type_text(type.dtype);
    case Type::Kind::list:
      return in("list<", arg(0), ">");
    case Type::Kind::optional:
      return arg(0) + "?";
    case Type::Kind::dict:
      return in("dict<", arg(0).append(", ").append(arg(1)), ">");
    case Type::Kind::tuple:
      return in("(", joined(graph[type.args], [&](TypeId field) { return type_text(graph, field, levels - 1); }), ")");
    case Type::Kind::object:
      return std::string(name.substr(name.rfind('.') + 1));  // npos + 1 is 0
    case Type::Kind::opaque:
      return std::string(name);
  }
  return "";
}

std::string number_text(double number) {
  std::array<char, 32> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number).ptr;
  std::string out(buffer.data(), end);
  const bool whole = out.find_first_not_of("-0123456789") == std::string::npos;
  return whole ? out + ".0" : out;
}

std::string literal_text(const Graph& graph, const Literal& literal, int levels) {
  if (levels == 0) return "…";
  const auto elements = [&] {
    return joined(graph[literal.elements],
                  [&](LiteralId element) { return literal_text(graph, graph[element], levels - 1); });
  };
  switch (literal.kind) {
    case Literal::Kind::unknown:
      return "?";
    case Literal::Kind::none:
      return "None";
    case Literal::Kind::boolean:
      return literal.bits != 0 ? "true" : "false";
    case Literal::Kind::integer:
      return std::to_string(literal.bits);
    case Literal::Kind::floating:
      return number_text(graph.floating(literal));
    case Literal::Kind::string:
      return in("'", graph.text(literal), "'");
    case Literal::Kind::opaque:
      return std::string(graph.text(literal));
    case Literal::Kind::tensor:
      return tensor_text(graph, TensorId{static_cast<std::uint32_t>(literal.bits)});
    case Literal::Kind::type:
      return type_text(graph, TypeId{static_cast<std::uint32_t>(literal.bits)}, levels);
    case Literal::Kind::module:
      return "module";
    case Literal::Kind::complex:
      return in("(", elements(), "j)");
    case Literal::Kind::list:
      return in("[", elements(), "]");
    case Literal::Kind::tuple:
      return in("(", elements(), ")");
    case Literal::Kind::dict:
      return in("{", elements(), "}");
  }
  return "";
}

template <class T>
T read_element(std::span<const std::byte> bytes) {
  T element;
  std::memcpy(&element, bytes.data(), sizeof element);
  return element;
}

/// None for types that a picture does not spell out.
std::optional<std::string> element_text(DType dtype, std::span<const std::byte> bytes) {
  switch (dtype) {
    case DType::boolean:
      return bytes[0] != std::byte{0} ? "true" : "false";
    case DType::i32:
      return std::to_string(read_element<std::int32_t>(bytes));
    case DType::i64:
      return std::to_string(read_element<std::int64_t>(bytes));
    case DType::f32: {
      std::array<char, 32> buffer{};
      const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), read_element<float>(bytes)).ptr;
      return std::string(buffer.data(), end);
    }
    case DType::f64:
      return number_text(read_element<double>(bytes));
    default:
      return std::nullopt;
  }
}

/// Elements in order when the tensor is inline, contiguous and small.
std::optional<std::string> elements_text(const Graph& graph, TensorId id) {
  const Tensor& tensor = graph[id];
  const Type& type = graph[tensor.type];
  const auto data = graph[tensor.data];
  const std::size_t size = byte_size(type.dtype);
  if (size == 0 || data.empty() || data.size() % size != 0 || data.size() / size > kElements) return std::nullopt;
  if (!type.ranked || type.dims.count > 1 || tensor.strides.count != 0) return std::nullopt;
  std::string out;
  for (std::size_t at = 0; at < data.size(); at += size) {
    const auto element = element_text(type.dtype, data.subspan(at, size));
    if (!element) return std::nullopt;
    out += in(at > 0 ? ", " : "", *element, "");
  }
  return type.dims.count == 0 ? out : in("[", out, "]");
}

}  // namespace

std::string type_text(const Graph& graph, TypeId type) { return type_text(graph, type, kLevels); }

std::string literal_text(const Graph& graph, const Literal& literal) { return literal_text(graph, literal, kLevels); }

bool small_number(const Graph& graph, TensorId tensor) { return elements_text(graph, tensor).has_value(); }

std::string tensor_text(const Graph& graph, TensorId tensor) {
  const auto elements = elements_text(graph, tensor);
  return elements ? *elements : type_text(graph, graph[tensor].type);
}

std::string location_text(const Graph& graph, LocationId location) {
  std::string out;
  for (int frame = 0; location && frame < kFrames; ++frame) {
    const Location& place = graph[location];
    location = place.caller;
    if (!place.file) continue;
    if (!out.empty()) out += '\n';
    out += graph[place.file];
    if (place.line > 0) out += in(":", std::to_string(place.line), "");
    if (place.function) out += in(" in ", graph[place.function], "");
  }
  return location ? out + "\n…" : out;
}

std::string short_place(const Graph& graph, LocationId location) {
  const std::string text = location_text(graph, location);
  const std::string line = text.substr(0, std::min(text.find('\n'), text.find(" in ")));
  return line.substr(line.rfind('/') + 1);
}

std::string count_text(std::size_t count) {
  std::string out = std::to_string(count);
  for (std::size_t at = out.size(); at > 3; at -= 3) out.insert(at - 3, 1, ',');
  return out;
}

}  // namespace graphwitness::picture
