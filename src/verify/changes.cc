#include "verify/changes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "exec/dtype.h"
#include "exec/half.h"

namespace graphwitness::verify {
namespace {

using exec::Tensor;
using exec::Value;

template <class T>
T element(const Tensor& tensor, std::size_t index) {
  T value{};
  std::memcpy(&value, tensor.bytes.data() + index * sizeof(T), sizeof(T));
  return value;
}

std::string place_in(const Tensor& tensor, std::size_t index) {
  std::vector<std::int64_t> place(tensor.sizes.size(), 0);
  for (std::size_t axis = place.size(); axis-- > 0;) {
    const auto size = static_cast<std::size_t>(tensor.sizes[axis]);
    place[axis] = static_cast<std::int64_t>(index % size);
    index /= size;
  }
  return place.empty() ? "" : exec::spell_sizes(place);
}

class Differ {
 public:
  explicit Differ(std::size_t most) : most_(most) {}

  void compare(const Value& from, const Value& to, const std::string& name) {
    std::vector<std::pair<std::pair<const Value*, const Value*>, std::string>> pending{{{&from, &to}, name}};
    while (!pending.empty()) {
      const auto [values, at] = pending.back();
      pending.pop_back();
      const auto& [one, other] = values;
      if (one->kind == Value::Kind::tensor && other->kind == Value::Kind::tensor) {
        tensors(one->tensor, other->tensor, at);
        continue;
      }
      const bool holds = !one->items.empty() && one->kind == other->kind && one->items.size() == other->items.size();
      if (!holds) {
        const std::string before = describe(*one);
        const std::string after = describe(*other);
        if (before != after) add(fmt::format("`{}` from {} to {}", at, before, after));
        continue;
      }
      for (std::size_t i = one->items.size(); i-- > 0;) {
        pending.push_back({{&one->items[i], &other->items[i]}, fmt::format("{}[{}]", at, i)});
      }
    }
  }

  std::vector<std::string> take() {
    if (left_out_ != 0) lines_.push_back(fmt::format("and {} more", left_out_));
    return std::move(lines_);
  }

 private:
  void add(std::string line) {
    if (lines_.size() < most_) {
      lines_.push_back(std::move(line));
    } else {
      ++left_out_;
    }
  }

  void tensors(const Tensor& from, const Tensor& to, const std::string& name) {
    if (from.dtype != to.dtype || from.sizes != to.sizes) {
      return add(
          fmt::format("`{}` from {} to {}", name, exec::describe(Value::of(from)), exec::describe(Value::of(to))));
    }
    if (from.requires_grad != to.requires_grad) {
      add(fmt::format("`{}` {} a gradient", name, to.requires_grad ? "requires" : "does not require"));
    }
    const std::size_t width = exec::size_of(from.dtype);
    const std::size_t count = width == 0 ? 0 : from.bytes.size() / width;
    for (std::size_t i = 0; i < count; ++i) {
      if (std::memcmp(from.bytes.data() + i * width, to.bytes.data() + i * width, width) == 0) continue;
      if (lines_.size() >= most_) {
        ++left_out_;
        continue;
      }
      add(fmt::format("`{}`{} from {} to {}", name, place_in(from, i), spell_element(from, i), spell_element(to, i)));
    }
  }

  std::size_t most_;
  std::size_t left_out_ = 0;
  std::vector<std::string> lines_;
};

}  // namespace

std::string spell_element(const Tensor& tensor, std::size_t index) {
  switch (tensor.dtype) {
    case DType::boolean:
      return element<std::uint8_t>(tensor, index) != 0 ? "True" : "False";
    case DType::u8:
      return fmt::format("{}", element<std::uint8_t>(tensor, index));
    case DType::i8:
      return fmt::format("{}", element<std::int8_t>(tensor, index));
    case DType::i16:
      return fmt::format("{}", element<std::int16_t>(tensor, index));
    case DType::i32:
      return fmt::format("{}", element<std::int32_t>(tensor, index));
    case DType::i64:
      return fmt::format("{}", element<std::int64_t>(tensor, index));
    case DType::f16:
      return fmt::format("{}", exec::half_to_float(element<std::uint16_t>(tensor, index)));
    case DType::bf16:
      return fmt::format("{}", exec::bfloat16_to_float(element<std::uint16_t>(tensor, index)));
    case DType::f32:
      return fmt::format("{}", element<float>(tensor, index));
    case DType::f64:
      return fmt::format("{}", element<double>(tensor, index));
    case DType::c64:
      return fmt::format("({}{:+}j)", element<float>(tensor, 2 * index), element<float>(tensor, 2 * index + 1));
    case DType::c128:
      return fmt::format("({}{:+}j)", element<double>(tensor, 2 * index), element<double>(tensor, 2 * index + 1));
    default:
      return "?";
  }
}

std::vector<std::string> changes(std::span<const exec::Argument> example, std::span<const exec::Argument> witness,
                                 std::span<const std::string> names, std::size_t most) {
  Differ differ(most);
  for (std::size_t i = 0; i < std::min(example.size(), witness.size()); ++i) {
    const std::string name = !example[i].name.empty() ? example[i].name
                             : i < names.size()       ? names[i]
                                                      : fmt::format("input {}", i + 1);
    differ.compare(example[i].value, witness[i].value, name);
  }
  return differ.take();
}

}  // namespace graphwitness::verify
