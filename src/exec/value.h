#pragma once
/// What goes into a model and comes out of it, whole: numbers, strings and tensors in lists, tuples and dicts.
///
/// Limits: nested at most kDeepestValue deep. Sparse and quantised tensors are dense ones of the numbers that they
/// stand for; objects, devices and other things without a value here are `opaque`.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "graphwitness/ir/graph.h"

namespace graphwitness::exec {

inline constexpr int kDeepestValue = 64;
/// Dimensions that a tensor from a file or a worker may have.
inline constexpr std::size_t kHighestRank = 64;

struct Tensor {
  DType dtype = DType::unknown;
  std::vector<std::int64_t> sizes{};
  std::string bytes{};                 ///< elements in row-major order, little-endian
  std::vector<std::string> strings{};  ///< instead of bytes, where dtype is `string`
  bool requires_grad = false;          ///< of an input of PyTorch: a gradient is asked for, which a model can see

  bool operator==(const Tensor&) const = default;
};

struct Value {
  enum class Kind : std::uint8_t {
    none,
    boolean,   ///< integer
    integer,   ///< integer
    floating,  ///< real
    complex,   ///< real, imaginary
    string,    ///< text
    tensor,    ///< tensor
    list,      ///< items
    tuple,     ///< items
    dict,      ///< items: key, value, key, value, ...
    opaque,    ///< text: what it is
  };
  Kind kind = Kind::none;
  std::int64_t integer = 0;
  double real = 0;
  double imaginary = 0;
  std::string text{};
  Tensor tensor{};
  std::vector<Value> items{};

  /// It has `items`.
  bool is_container() const { return kind == Kind::list || kind == Kind::tuple || kind == Kind::dict; }

  static Value of(bool value) { return {.kind = Kind::boolean, .integer = value ? 1 : 0}; }
  static Value of(std::int64_t value) { return {.kind = Kind::integer, .integer = value}; }
  static Value of(double value) { return {.kind = Kind::floating, .real = value}; }
  static Value of(std::string value) { return {.kind = Kind::string, .text = std::move(value)}; }
  static Value of(Tensor value) { return {.kind = Kind::tensor, .tensor = std::move(value)}; }
  static Value list(std::vector<Value> items) { return {.kind = Kind::list, .items = std::move(items)}; }
  static Value tuple(std::vector<Value> items) { return {.kind = Kind::tuple, .items = std::move(items)}; }
  static Value dict(std::vector<Value> items) { return {.kind = Kind::dict, .items = std::move(items)}; }
};

std::string_view name_of(Value::Kind kind);

/// Elements of a tensor of these sizes; -1 when a size is negative or the number has no place in 63 bits.
std::int64_t element_count(const std::vector<std::int64_t>& sizes);
/// "[10, 20]"
std::string spell_sizes(const std::vector<std::int64_t>& sizes);
/// In a few words: "float32[10, 20]", "3", "a tuple of 2", "a dict with keys `a`, `b`".
std::string describe(const Value& value);

}  // namespace graphwitness::exec
