#include "exec/inputs/specification.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <limits>

#include "exec/dtype.h"
#include "exec/half.h"
#include "graphwitness/support/error.h"

namespace graphwitness::exec {
namespace {

constexpr std::int64_t kMostBytes = std::int64_t{1} << 32U;
constexpr std::string_view kExpected =
    "expected NAME=TYPE[SIZES], such as `x=float32[2,3]`, `ids=int64[1,14]:0..9` or `n=3`";

[[noreturn]] void fail(std::string_view text, std::string_view what) {
  throw InputError(fmt::format("the input `{}` {}; {}", text, what, kExpected));
}

template <typename Number>
std::optional<Number> number(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

bool is_whole(DType dtype) { return !is_floating(dtype) && !is_complex(dtype) && dtype != DType::boolean; }

std::optional<Value> scalar(std::string_view text) {
  if (text == "true" || text == "True") return Value::of(true);
  if (text == "false" || text == "False") return Value::of(false);
  if (text == "none" || text == "None") return Value{};
  if (const auto integer = number<std::int64_t>(text)) return Value::of(*integer);
  if (const auto real = number<double>(text)) return Value::of(*real);
  const bool quoted = text.size() >= 2 && text.front() == text.back() && (text.front() == '"' || text.front() == '\'');
  if (quoted) return Value::of(std::string(text.substr(1, text.size() - 2)));
  return std::nullopt;
}

std::vector<std::int64_t> parse_sizes(std::string_view whole, std::string_view list) {
  std::vector<std::int64_t> sizes;
  while (!trimmed(list).empty()) {
    const std::size_t end = std::min(list.find(','), list.size());
    const std::string_view text = trimmed(list.substr(0, end));
    const auto size = number<std::int64_t>(text);
    if (!size || *size < 0) fail(whole, fmt::format("has the size `{}`", text));
    sizes.push_back(*size);
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return sizes;
}

InputSpecification::Range parse_range(std::string_view whole, std::string_view text, DType dtype) {
  const std::size_t dots = text.find("..");
  if (dots == text.npos) fail(whole, fmt::format("has the range `{}`, which is not LOW..HIGH", text));
  const std::string_view low = trimmed(text.substr(0, dots));
  const std::string_view high = trimmed(text.substr(dots + 2));
  InputSpecification::Range range;
  if (is_whole(dtype)) {
    const auto first = number<std::int64_t>(low);
    const auto last = number<std::int64_t>(high);
    const std::size_t bits = 8 * size_of(dtype) - (is_unsigned(dtype) ? 0 : 1);
    const std::int64_t most = bits >= 63 ? std::numeric_limits<std::int64_t>::max() : (std::int64_t{1} << bits) - 1;
    const std::int64_t least = is_unsigned(dtype) ? 0 : -most - 1;
    if (!first || !last || *first > *last) fail(whole, "has a range that is not two whole numbers in order");
    if (*first < least || *last > most) fail(whole, fmt::format("has a range beyond {}..{}", least, most));
    range.low_integer = *first;
    range.high_integer = *last;
    return range;
  }
  const auto first = number<double>(low);
  const auto last = number<double>(high);
  if (!first || !last || !std::isfinite(*first) || !std::isfinite(*last) || *first > *last) {
    fail(whole, "has a range that is not two numbers in order");
  }
  range.low = *first;
  range.high = *last;
  return range;
}

void parse_tensor(std::string_view whole, std::string_view body, InputSpecification& into) {
  const std::size_t open = body.find('[');
  const std::size_t close = body.find(']');
  if (open == body.npos || close == body.npos || close < open) fail(whole, "is no tensor type and no number");
  const std::string_view type = trimmed(body.substr(0, open));
  const auto dtype = dtype_named(type);
  if (!dtype || *dtype == DType::string) fail(whole, fmt::format("has the unknown type `{}`", type));
  into.dtype = *dtype;
  into.sizes = parse_sizes(whole, body.substr(open + 1, close - open - 1));
  const std::int64_t count = element_count(into.sizes);
  if (count < 0 || count > kMostBytes / static_cast<std::int64_t>(size_of(*dtype))) {
    fail(whole, "is a tensor of more than 4 GiB");
  }
  const std::string_view rest = trimmed(body.substr(close + 1));
  if (!rest.empty() && rest.front() != ':') fail(whole, fmt::format("ends in `{}`", rest));
  if (rest.starts_with(':') && *dtype == DType::boolean) fail(whole, "has a range, which bools have not");
  if (rest.starts_with(':')) into.range = parse_range(whole, rest.substr(1), *dtype);
}

/// One float, where it belongs.
void put_real(DType dtype, double value, char* at) {
  const auto single = static_cast<float>(value);
  const auto store = [&](auto number) { __builtin_memcpy(at, &number, sizeof number); };
  if (dtype == DType::f64 || dtype == DType::c128) return store(value);
  if (dtype == DType::f16 || dtype == DType::c32) return store(half_of(single));
  if (dtype == DType::bf16) return store(bfloat16_of(single));
  store(single);
}

}  // namespace

InputSpecification parse_input(std::string_view text) {
  InputSpecification result;
  std::string_view body = text;
  const std::size_t equals = text.find('=');
  if (equals != text.npos && text.substr(0, equals).find_first_of("[\"'") == text.npos) {
    result.name = trimmed(text.substr(0, equals));
    if (result.name.empty()) fail(text, "has no name before `=`");
    body = text.substr(equals + 1);
  }
  body = trimmed(body);
  if (auto value = scalar(body)) {
    result.scalar = *std::move(value);
    return result;
  }
  parse_tensor(text, body, result);
  return result;
}

bool needs_range(const InputSpecification& specification) {
  return is_whole(specification.dtype) && size_of(specification.dtype) != 0 && !specification.range;
}

Value generate(const InputSpecification& specification, Random& random) {
  const DType dtype = specification.dtype;
  if (dtype == DType::unknown) return specification.scalar;
  Tensor tensor{.dtype = dtype, .sizes = specification.sizes};
  const auto count = static_cast<std::size_t>(element_count(tensor.sizes));
  const std::size_t size = size_of(dtype);
  tensor.bytes.resize(count * size);
  const auto& range = specification.range;
  const auto real = [&] {
    return range ? range->low + (range->high - range->low) * random.uniform() : random.normal();
  };
  for (char *at = tensor.bytes.data(), *end = at + tensor.bytes.size(); at != end; at += size) {
    if (dtype == DType::boolean) {
      *at = static_cast<char>(random.bits() >> 63U);
    } else if (is_whole(dtype)) {
      const std::int64_t value = random.between(range->low_integer, range->high_integer);
      __builtin_memcpy(at, &value, size);  // little-endian: the low bytes come first
    } else {
      put_real(dtype, real(), at);
      if (is_complex(dtype)) put_real(dtype, real(), at + size / 2);
    }
  }
  return Value::of(std::move(tensor));
}

}  // namespace graphwitness::exec
