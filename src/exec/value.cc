#include "exec/value.h"

#include <fmt/format.h>

#include <algorithm>

#include "exec/dtype.h"

namespace graphwitness::exec {
namespace {

constexpr std::size_t kLongestText = 60;
constexpr std::size_t kMostKeys = 8;

std::string describe_key(const Value& key) {
  if (key.kind == Value::Kind::string) return fmt::format("`{}`", key.text.substr(0, kLongestText));
  return describe(key);
}

std::string describe_dict(const Value& value) {
  if (value.items.empty()) return "an empty dict";
  std::string keys;
  const std::size_t count = value.items.size() / 2;
  for (std::size_t i = 0; i < std::min(count, kMostKeys); ++i) {
    keys += (i == 0 ? "" : ", ") + describe_key(value.items[2 * i]);
  }
  if (count > kMostKeys) keys += fmt::format(" and {} more", count - kMostKeys);
  return fmt::format("a dict with {} {}", count == 1 ? "key" : "keys", keys);
}

}  // namespace

std::string_view name_of(Value::Kind kind) {
  switch (kind) {
    case Value::Kind::none:
      return "None";
    case Value::Kind::boolean:
      return "bool";
    case Value::Kind::integer:
      return "int";
    case Value::Kind::floating:
      return "float";
    case Value::Kind::complex:
      return "complex";
    case Value::Kind::string:
      return "str";
    case Value::Kind::tensor:
      return "tensor";
    case Value::Kind::list:
      return "list";
    case Value::Kind::tuple:
      return "tuple";
    case Value::Kind::dict:
      return "dict";
    case Value::Kind::opaque:
      break;
  }
  return "object";
}

std::int64_t element_count(const std::vector<std::int64_t>& sizes) {
  if (std::ranges::any_of(sizes, [](std::int64_t size) { return size < 0; })) return -1;
  if (std::ranges::find(sizes, 0) != sizes.end()) return 0;
  std::int64_t count = 1;
  for (const std::int64_t size : sizes) {
    if (__builtin_mul_overflow(count, size, &count)) return -1;
  }
  return count;
}

std::string spell_sizes(const std::vector<std::int64_t>& sizes) { return fmt::format("[{}]", fmt::join(sizes, ", ")); }

std::string describe(const Value& value) {
  switch (value.kind) {
    case Value::Kind::none:
      return "None";
    case Value::Kind::boolean:
      return value.integer != 0 ? "True" : "False";
    case Value::Kind::integer:
      return std::to_string(value.integer);
    case Value::Kind::floating:
      return fmt::format("{}", value.real);
    case Value::Kind::complex:
      return fmt::format("({}{:+}j)", value.real, value.imaginary);
    case Value::Kind::string:
      return fmt::format("\"{}\"{}", value.text.substr(0, kLongestText), value.text.size() > kLongestText ? "..." : "");
    case Value::Kind::tensor:
      return std::string(torch_name(value.tensor.dtype)) + spell_sizes(value.tensor.sizes);
    case Value::Kind::list:
      return fmt::format("a list of {}", value.items.size());
    case Value::Kind::tuple:
      return fmt::format("a tuple of {}", value.items.size());
    case Value::Kind::dict:
      return describe_dict(value);
    case Value::Kind::opaque:
      break;
  }
  return fmt::format("an object `{}`", value.text.substr(0, kLongestText));
}

}  // namespace graphwitness::exec
