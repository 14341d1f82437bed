#include "exec/wire.h"

#include <bit>
#include <cstring>

#include "exec/dtype.h"
#include "graphwitness/support/error.h"

namespace graphwitness::exec {
namespace {

static_assert(std::endian::native == std::endian::little, "tensors are sent as they lie in memory");

template <typename T>
void put(std::string& out, T value) {
  char bytes[sizeof(T)];
  std::memcpy(bytes, &value, sizeof(T));
  out.append(bytes, sizeof(T));
}

void put_text(std::string& out, std::string_view text) {
  put<std::uint64_t>(out, text.size());
  out += text;
}

/// Reads what a worker wrote.
class Reader {
 public:
  explicit Reader(std::string_view& bytes) : bytes_(bytes) {}

  Value value(int depth) {
    if (depth > kDeepestValue) fail();
    Value value{.kind = kind()};
    switch (value.kind) {
      case Value::Kind::none:
        break;
      case Value::Kind::boolean:
      case Value::Kind::integer:
        value.integer = take<std::int64_t>();
        break;
      case Value::Kind::complex:
        value.imaginary = take<double>();
        [[fallthrough]];
      case Value::Kind::floating:
        value.real = take<double>();
        break;
      case Value::Kind::string:
      case Value::Kind::opaque:
        value.text = text(take<std::uint64_t>());
        break;
      case Value::Kind::tensor:
        value.tensor = tensor();
        break;
      case Value::Kind::list:
      case Value::Kind::tuple:
      case Value::Kind::dict:
        items(value, depth);
        break;
    }
    return value;
  }

 private:
  [[noreturn]] static void fail() { throw InputError("its worker answered with something that is no answer"); }

  template <typename T>
  T take() {
    if (bytes_.size() < sizeof(T)) fail();
    T value;
    std::memcpy(&value, bytes_.data(), sizeof(T));
    bytes_.remove_prefix(sizeof(T));
    return value;
  }

  std::string text(std::uint64_t size) {
    if (size > bytes_.size()) fail();
    std::string text(bytes_.substr(0, size));
    bytes_.remove_prefix(size);
    return text;
  }

  Value::Kind kind() {
    const auto number = take<std::uint8_t>();
    if (number > static_cast<std::uint8_t>(Value::Kind::opaque)) fail();
    return static_cast<Value::Kind>(number);
  }

  Tensor tensor() {
    Tensor tensor{.dtype = static_cast<DType>(take<std::uint8_t>())};
    tensor.requires_grad = take<std::uint8_t>() != 0;
    const bool text_elements = tensor.dtype == DType::string;
    const std::size_t element = text_elements ? sizeof(std::uint64_t) : size_of(tensor.dtype);
    const auto rank = take<std::uint64_t>();
    if (element == 0 || rank > kHighestRank) fail();
    for (std::uint64_t i = 0; i < rank; ++i) tensor.sizes.push_back(take<std::int64_t>());
    const std::int64_t count = element_count(tensor.sizes);
    if (count < 0 || static_cast<std::uint64_t>(count) > bytes_.size() / element) fail();
    if (text_elements) {
      for (std::int64_t i = 0; i < count; ++i) tensor.strings.push_back(text(take<std::uint64_t>()));
      return tensor;
    }
    tensor.bytes = text(static_cast<std::uint64_t>(count) * element);
    return tensor;
  }

  void items(Value& value, int depth) {
    const auto count = take<std::uint64_t>();
    if (count > bytes_.size()) fail();  // each takes a byte at least
    if (value.kind == Value::Kind::dict && count % 2 != 0) fail();
    for (std::uint64_t i = 0; i < count; ++i) value.items.push_back(this->value(depth + 1));
  }

  std::string_view& bytes_;
};

}  // namespace

void encode(const Value& value, std::string& out) {
  put(out, static_cast<std::uint8_t>(value.kind));
  switch (value.kind) {
    case Value::Kind::none:
      break;
    case Value::Kind::boolean:
    case Value::Kind::integer:
      put(out, value.integer);
      break;
    case Value::Kind::complex:
      put(out, value.imaginary);
      [[fallthrough]];
    case Value::Kind::floating:
      put(out, value.real);
      break;
    case Value::Kind::string:
    case Value::Kind::opaque:
      put_text(out, value.text);
      break;
    case Value::Kind::tensor:
      put(out, static_cast<std::uint8_t>(value.tensor.dtype));
      put(out, static_cast<std::uint8_t>(value.tensor.requires_grad ? 1 : 0));
      put<std::uint64_t>(out, value.tensor.sizes.size());
      for (const std::int64_t size : value.tensor.sizes) put(out, size);
      out += value.tensor.bytes;
      for (const std::string& element : value.tensor.strings) put_text(out, element);
      break;
    case Value::Kind::list:
    case Value::Kind::tuple:
    case Value::Kind::dict:
      put<std::uint64_t>(out, value.items.size());
      for (const Value& item : value.items) encode(item, out);
      break;
  }
}

Value decode(std::string_view& bytes) { return Reader(bytes).value(0); }

std::string frame(std::string_view bytes) {
  std::string out;
  out.reserve(sizeof(std::uint64_t) + bytes.size());
  put_text(out, bytes);
  return out;
}

bool take_frame(std::string_view& bytes, std::string_view& content) {
  std::uint64_t size = 0;
  if (bytes.size() < sizeof size) return false;
  std::memcpy(&size, bytes.data(), sizeof size);
  if (size > bytes.size() - sizeof size) return false;
  content = bytes.substr(sizeof size, size);
  bytes.remove_prefix(sizeof size + size);
  return true;
}

}  // namespace graphwitness::exec
