#include "verify/proof/facts.h"

#include <algorithm>
#include <array>

#include "verify/proof/dtype_codes.h"

namespace graphwitness::proof {

bool is_floating(DType dtype) {
  return dtype == DType::f32 || dtype == DType::f64 || dtype == DType::f16 || dtype == DType::bf16;
}

bool is_integer(DType dtype) {
  return dtype == DType::i8 || dtype == DType::i16 || dtype == DType::i32 || dtype == DType::i64 || dtype == DType::u8;
}

TermId add_sizes(Terms& terms, TermId a, TermId b) {
  const auto left = terms.integer_of(a);
  const auto right = terms.integer_of(b);
  std::int64_t sum = 0;
  if (left && right && !__builtin_add_overflow(*left, *right, &sum)) return terms.integer(sum);
  if (left == 0) return b;
  if (right == 0) return a;
  return terms.operation("int.add", {std::min(a, b), std::max(a, b)});
}

TermId multiply_sizes(Terms& terms, TermId a, TermId b) {
  const auto left = terms.integer_of(a);
  const auto right = terms.integer_of(b);
  std::int64_t product = 0;
  if (left && right && !__builtin_mul_overflow(*left, *right, &product)) return terms.integer(product);
  if (left == 1) return b;
  if (right == 1) return a;
  return terms.operation("int.mul", {std::min(a, b), std::max(a, b)});
}

bool is_never_negative(const Terms& terms, TermId term) {
  // Bounded: sizes are short expressions, and an answer of no is always right.
  std::vector<TermId> pending{term};
  for (int budget = 64; !pending.empty(); --budget) {
    if (budget == 0) return false;
    const TermId one = pending.back();
    pending.pop_back();
    if (const auto value = terms.integer_of(one)) {
      if (*value < 0) return false;
      continue;
    }
    if (terms.is_operation(one, "size")) continue;
    const bool keeps = terms.is_operation(one, "int.add") || terms.is_operation(one, "int.mul") ||
                       terms.is_operation(one, "int.floordiv");
    if (!keeps) return false;
    for (const TermId argument : terms.arguments(one)) pending.push_back(argument);
  }
  return true;
}

namespace {

/// Infers the facts of one operation from its arguments. Indices of arguments are those of LibTorch's schemas.
class Inference {
 public:
  Inference(Terms& terms, Facts& facts, TermId term)
      : terms_(terms),
        facts_(facts),
        term_(term),
        arguments_(terms.arguments(term).begin(), terms.arguments(term).end()) {}

  TensorFacts infer();

 private:
  std::size_t count() const { return arguments_.size(); }
  TermId argument(std::size_t index) const { return arguments_[index]; }
  TensorFacts of(std::size_t index) { return index < count() ? facts_[argument(index)] : TensorFacts{}; }
  std::optional<std::int64_t> integer(std::size_t index) const {
    return index < count() ? terms_.integer_of(argument(index)) : std::nullopt;
  }
  std::optional<bool> flag(std::size_t index) const {
    return index < count() ? terms_.boolean_of(argument(index)) : std::nullopt;
  }
  bool is_none(std::size_t index) const { return index >= count() || terms_.is_none(argument(index)); }
  /// Elements of a list that is known element by element.
  std::optional<std::vector<TermId>> list(std::size_t index) const {
    if (index >= count() || !terms_.is_operation(argument(index), "list")) return std::nullopt;
    const auto elements = terms_.arguments(argument(index));
    return std::vector<TermId>(elements.begin(), elements.end());
  }
  std::optional<std::vector<std::int64_t>> numbers(std::size_t index) const {
    const auto elements = list(index);
    if (!elements) return std::nullopt;
    std::vector<std::int64_t> values;
    for (const TermId element : *elements) {
      const auto value = terms_.integer_of(element);
      if (!value) return std::nullopt;
      values.push_back(*value);
    }
    return values;
  }
  TermId open_size(std::size_t dimension) {
    return terms_.operation("size", {term_, terms_.integer(static_cast<std::int64_t>(dimension))});
  }
  /// A dimension counted from the front; nothing when it is out of range.
  static std::optional<std::size_t> wrapped(std::optional<std::int64_t> dimension, std::size_t rank) {
    if (!dimension) return std::nullopt;
    const auto signed_rank = static_cast<std::int64_t>(rank);
    const std::int64_t at = *dimension < 0 ? *dimension + signed_rank : *dimension;
    if (at < 0 || at >= signed_rank) return std::nullopt;
    return static_cast<std::size_t>(at);
  }
  bool is(std::string_view name) const { return name_ == name; }
  bool is_one_of(std::span<const std::string_view> names) const {
    return std::ranges::find(names, name_) != names.end();
  }

  TensorFacts broadcast(const TensorFacts& a, const TensorFacts& b);
  TensorFacts arithmetic();
  TensorFacts convolution();
  TensorFacts pool(std::size_t spatial);
  TensorFacts matmul();
  TensorFacts linear();
  TensorFacts reduce(std::optional<std::vector<std::int64_t>> dimensions, bool keep, DType dtype);
  TensorFacts flatten();
  TensorFacts view();
  TensorFacts expand();
  TensorFacts cat();
  TensorFacts select();
  TensorFacts slice();
  TensorFacts item();
  TensorFacts squeeze();
  TensorFacts resized();
  TensorFacts pad();
  TensorFacts choice();

  Terms& terms_;
  Facts& facts_;
  TermId term_;
  std::vector<TermId> arguments_;
  std::string_view name_;
};

constexpr std::array<std::string_view, 45> kKeepFloating{
    "aten::relu",       "aten::relu6",      "aten::hardtanh",      "aten::clamp",       "aten::clamp_min",
    "aten::clamp_max",  "aten::gelu",       "aten::silu",          "aten::hardswish",   "aten::hardsigmoid",
    "aten::sigmoid",    "aten::tanh",       "aten::leaky_relu",    "aten::elu",         "aten::exp",
    "aten::log",        "aten::sqrt",       "aten::rsqrt",         "aten::neg",         "aten::abs",
    "aten::softplus",   "aten::mish",       "aten::selu",          "aten::celu",        "aten::layer_norm",
    "aten::group_norm", "aten::batch_norm", "aten::instance_norm", "aten::log_sigmoid", "aten::sin",
    "aten::cos",        "aten::erf",        "aten::square",        "aten::reciprocal",  "aten::floor",
    "aten::ceil",       "aten::round",      "aten::flip",          "aten::roll",        "aten::tril",
    "aten::triu",       "aten::prelu",      "aten::threshold",     "aten::expm1",       "aten::log1p",
};
constexpr std::array<std::string_view, 11> kKeepAll{
    "aten::contiguous", "aten::clone", "aten::detach", "aten::relu", "aten::neg",        "aten::abs",
    "aten::flip",       "aten::roll",  "aten::tril",   "aten::triu", "aten::lift_fresh",
};
constexpr std::array<std::string_view, 9> kCompare{"aten::eq",          "aten::ne",         "aten::lt",
                                                   "aten::le",          "aten::gt",         "aten::ge",
                                                   "aten::logical_and", "aten::logical_or", "aten::logical_xor"};
constexpr std::array<std::string_view, 6> kCompareNumber{"aten::eq.Scalar", "aten::ne.Scalar", "aten::lt.Scalar",
                                                         "aten::le.Scalar", "aten::gt.Scalar", "aten::ge.Scalar"};
constexpr std::array<std::string_view, 4> kTests{"aten::isnan", "aten::isinf", "aten::isfinite", "aten::logical_not"};
constexpr std::array<std::string_view, 6> kArithmetic{"aten::add", "aten::sub",     "aten::mul",
                                                      "aten::div", "aten::maximum", "aten::minimum"};
constexpr std::array<std::string_view, 6> kArithmeticNumber{"aten::add.Scalar",  "aten::sub.Scalar",
                                                            "aten::mul.Scalar",  "aten::div.Scalar",
                                                            "aten::rsub.Scalar", "aten::pow.Tensor_Scalar"};

TensorFacts Inference::broadcast(const TensorFacts& a, const TensorFacts& b) {
  TensorFacts result;
  if (!a.ranked || !b.ranked) return result;
  result.ranked = true;
  const std::size_t rank = std::max(a.sizes.size(), b.sizes.size());
  for (std::size_t i = 0; i < rank; ++i) {
    const std::size_t from_end = rank - i;
    if (from_end > a.sizes.size()) {
      result.sizes.push_back(b.sizes[b.sizes.size() - from_end]);
      continue;
    }
    const TermId left = a.sizes[a.sizes.size() - from_end];
    if (from_end > b.sizes.size()) {
      result.sizes.push_back(left);
      continue;
    }
    const TermId right = b.sizes[b.sizes.size() - from_end];
    if (left == right || terms_.integer_of(right) == 1) {
      result.sizes.push_back(left);
    } else if (terms_.integer_of(left) == 1) {
      result.sizes.push_back(right);
    } else {
      result.sizes.push_back(open_size(i));
    }
  }
  return result;
}

TensorFacts Inference::arithmetic() {
  const TensorFacts left = of(0);
  const TensorFacts right = of(1);
  TensorFacts result = broadcast(left, right);
  if (left.dtype == right.dtype && (is_floating(left.dtype) || !is("aten::div"))) result.dtype = left.dtype;
  // Tensors without dimensions do not decide between floating dtypes.
  const bool both_floating = is_floating(left.dtype) && is_floating(right.dtype);
  if (both_floating && left.ranked && right.ranked && left.dtype != right.dtype) {
    if (right.sizes.empty() && !left.sizes.empty()) result.dtype = left.dtype;
    if (left.sizes.empty() && !right.sizes.empty()) result.dtype = right.dtype;
  }
  return result;
}

std::int64_t entry(const std::vector<std::int64_t>& values, std::size_t index) {
  return values.size() == 1 ? values[0] : values[index];
}

/// convolution(input, weight, bias, stride, padding, dilation, transposed, output_padding, groups)
TensorFacts Inference::convolution() {
  const TensorFacts input = of(0);
  const TensorFacts weight = of(1);
  if (!input.ranked || !weight.ranked || weight.sizes.size() < 3) return {};
  const std::size_t spatial = weight.sizes.size() - 2;
  if (input.sizes.size() != spatial + 2 && input.sizes.size() != spatial + 1) return {};
  TensorFacts result{.dtype = input.dtype == weight.dtype ? input.dtype : DType::unknown, .ranked = true};
  const bool has_batch = input.sizes.size() == spatial + 2;
  if (has_batch) result.sizes.push_back(input.sizes[0]);
  const auto transposed = flag(6);
  const auto groups = integer(8);
  if (transposed == false) {
    result.sizes.push_back(weight.sizes[0]);
  } else {
    result.sizes.push_back(open_size(result.sizes.size()));
  }
  const auto stride = numbers(3);
  const auto padding = numbers(4);
  const auto dilation = numbers(5);
  const auto fits = [&](const auto& list) { return list && (list->size() == 1 || list->size() == spatial); };
  const bool known = transposed == false && groups && fits(stride) && fits(padding) && fits(dilation);
  for (std::size_t i = 0; i < spatial; ++i) {
    const auto size = terms_.integer_of(input.sizes[input.sizes.size() - spatial + i]);
    const auto kernel = terms_.integer_of(weight.sizes[2 + i]);
    const bool can = known && size && kernel && entry(*stride, i) > 0;
    const std::int64_t room =
        can ? *size + 2 * entry(*padding, i) - entry(*dilation, i) * (*kernel - 1) - 1 : std::int64_t{-1};
    result.sizes.push_back(room < 0 ? open_size(result.sizes.size()) : terms_.integer(room / entry(*stride, i) + 1));
  }
  return result;
}

/// max_pool(self, kernel, stride, padding, dilation, ceil_mode), avg_pool(self, kernel, stride, padding, ceil_mode,
/// ...)
TensorFacts Inference::pool(std::size_t spatial) {
  const TensorFacts input = of(0);
  if (!input.ranked || input.sizes.size() < spatial) return {};
  TensorFacts result = input;
  const bool is_max = name_.starts_with("aten::max");
  const auto kernel = numbers(1);
  auto stride = numbers(2);
  const auto padding = numbers(3);
  const auto dilation = is_max ? numbers(4) : std::optional(std::vector<std::int64_t>{1});
  const auto ceiling = flag(is_max ? 5 : 4);
  if (stride && stride->empty()) stride = kernel;
  const auto fits = [&](const auto& list) { return list && (list->size() == 1 || list->size() == spatial); };
  const bool known = ceiling && fits(kernel) && fits(stride) && fits(padding) && fits(dilation);
  for (std::size_t i = 0; i < spatial; ++i) {
    const std::size_t at = input.sizes.size() - spatial + i;
    const auto size = terms_.integer_of(input.sizes[at]);
    result.sizes[at] = open_size(at);
    if (!known || !size || entry(*stride, i) <= 0) continue;
    const std::int64_t step = entry(*stride, i);
    const std::int64_t room = *size + 2 * entry(*padding, i) - entry(*dilation, i) * (entry(*kernel, i) - 1) - 1;
    if (room < 0) continue;
    std::int64_t out = (room + (*ceiling ? step - 1 : 0)) / step + 1;
    if (*ceiling && (out - 1) * step >= *size + entry(*padding, i)) --out;
    result.sizes[at] = terms_.integer(out);
  }
  return result;
}

TensorFacts Inference::linear() {
  TensorFacts result = of(0);
  const TensorFacts weight = of(1);
  if (!result.ranked || result.sizes.empty() || !weight.ranked || weight.sizes.size() != 2) return {};
  result.sizes.back() = weight.sizes[0];
  if (weight.dtype != result.dtype) result.dtype = DType::unknown;
  return result;
}

TensorFacts Inference::matmul() {
  const TensorFacts left = of(0);
  const TensorFacts right = of(1);
  if (!left.ranked || !right.ranked || left.sizes.size() < 2 || right.sizes.size() < 2) return {};
  TensorFacts left_batch{.ranked = true, .sizes = {left.sizes.begin(), left.sizes.end() - 2}};
  TensorFacts right_batch{.ranked = true, .sizes = {right.sizes.begin(), right.sizes.end() - 2}};
  TensorFacts result = broadcast(left_batch, right_batch);
  result.sizes.push_back(left.sizes[left.sizes.size() - 2]);
  result.sizes.push_back(right.sizes.back());
  if (left.dtype == right.dtype) result.dtype = left.dtype;
  return result;
}

TensorFacts Inference::reduce(std::optional<std::vector<std::int64_t>> dimensions, bool keep, DType dtype) {
  const TensorFacts input = of(0);
  if (!input.ranked || !dimensions) return {.dtype = dtype};
  const std::size_t rank = input.sizes.size();
  std::vector<bool> gone(rank, dimensions->empty());
  for (const std::int64_t dimension : *dimensions) {
    const auto at = wrapped(dimension, rank);
    if (!at) return {.dtype = dtype};
    gone[*at] = true;
  }
  TensorFacts result{.dtype = dtype, .ranked = true};
  for (std::size_t i = 0; i < rank; ++i) {
    if (!gone[i]) result.sizes.push_back(input.sizes[i]);
    if (gone[i] && keep) result.sizes.push_back(terms_.integer(1));
  }
  return result;
}

TensorFacts Inference::flatten() {
  const TensorFacts input = of(0);
  if (!input.ranked) return {.dtype = input.dtype};
  const std::size_t rank = input.sizes.size();
  if (rank == 0) return {.dtype = input.dtype, .ranked = true, .sizes = {terms_.integer(1)}};
  const auto first = wrapped(integer(1), rank);
  const auto last = wrapped(integer(2), rank);
  if (!first || !last || *first > *last) return {.dtype = input.dtype};
  TensorFacts result{.dtype = input.dtype, .ranked = true};
  for (std::size_t i = 0; i < *first; ++i) result.sizes.push_back(input.sizes[i]);
  TermId product = terms_.integer(1);
  for (std::size_t i = *first; i <= *last; ++i) product = multiply_sizes(terms_, product, input.sizes[i]);
  result.sizes.push_back(product);
  for (std::size_t i = *last + 1; i < rank; ++i) result.sizes.push_back(input.sizes[i]);
  return result;
}

/// view(self, size), reshape(self, shape)
TensorFacts Inference::view() {
  const TensorFacts input = of(0);
  const auto sizes = list(1);
  if (!sizes) return {.dtype = input.dtype};
  TensorFacts result{.dtype = input.dtype, .ranked = true};
  std::optional<std::size_t> open;
  std::int64_t others = 1;
  bool known = input.ranked;
  for (std::size_t i = 0; i < sizes->size(); ++i) {
    const auto value = terms_.integer_of((*sizes)[i]);
    if (value && *value < 0) {
      if (open) return {.dtype = input.dtype};
      open = i;
      result.sizes.push_back(open_size(i));
      continue;
    }
    if (!value && !is_never_negative(terms_, (*sizes)[i])) {
      known = false;
      result.sizes.push_back(open_size(i));
      continue;
    }
    if (!value || __builtin_mul_overflow(others, *value, &others)) known = false;
    result.sizes.push_back((*sizes)[i]);
  }
  if (!open || !known || others == 0) return result;
  std::int64_t all = 1;
  for (const TermId size : input.sizes) {
    const auto value = terms_.integer_of(size);
    if (!value || __builtin_mul_overflow(all, *value, &all)) return result;
  }
  if (all % others == 0) result.sizes[*open] = terms_.integer(all / others);
  return result;
}

TensorFacts Inference::expand() {
  const TensorFacts input = of(0);
  const auto sizes = list(1);
  if (!sizes || !input.ranked || sizes->size() < input.sizes.size()) return {.dtype = input.dtype};
  TensorFacts result{.dtype = input.dtype, .ranked = true};
  const std::size_t fresh = sizes->size() - input.sizes.size();
  for (std::size_t i = 0; i < sizes->size(); ++i) {
    const auto value = terms_.integer_of((*sizes)[i]);
    if (value && *value < 0) {
      result.sizes.push_back(i < fresh ? open_size(i) : input.sizes[i - fresh]);
    } else if (is_never_negative(terms_, (*sizes)[i])) {
      result.sizes.push_back((*sizes)[i]);
    } else {
      result.sizes.push_back(open_size(i));
    }
  }
  return result;
}

TensorFacts Inference::cat() {
  const auto tensors = list(0);
  if (!tensors || tensors->empty()) return {};
  TensorFacts result = facts_[tensors->front()];
  if (!result.ranked) return {};
  const auto at = wrapped(integer(1), result.sizes.size());
  if (!at) return {};
  for (std::size_t i = 1; i < tensors->size(); ++i) {
    const TensorFacts other = facts_[(*tensors)[i]];
    // A tensor of rank 1 without elements may join any other.
    if (!other.ranked || other.sizes.size() != result.sizes.size()) return {};
    result.sizes[*at] = add_sizes(terms_, result.sizes[*at], other.sizes[*at]);
    if (other.dtype != result.dtype) result.dtype = DType::unknown;
  }
  return result;
}

/// select(self, dim, index)
TensorFacts Inference::select() {
  TensorFacts result = of(0);
  const auto at = wrapped(integer(1), result.sizes.size());
  if (!result.ranked || !at) return {.dtype = result.dtype};
  result.sizes.erase(result.sizes.begin() + static_cast<std::ptrdiff_t>(*at));
  return result;
}

/// slice(self, dim, start, end, step)
TensorFacts Inference::slice() {
  TensorFacts result = of(0);
  const auto at = wrapped(integer(1), result.sizes.size());
  if (!result.ranked || !at) return {.dtype = result.dtype};
  const auto size = terms_.integer_of(result.sizes[*at]);
  const auto start = is_none(2) ? std::optional<std::int64_t>(0) : integer(2);
  const auto end = is_none(3) ? std::optional<std::int64_t>(INT64_MAX) : integer(3);
  const auto step = integer(4);
  const bool is_whole = start == 0 && end == INT64_MAX && step == 1;
  if (is_whole) return result;
  if (!size || !start || !end || !step || *step <= 0) {
    result.sizes[*at] = open_size(*at);
    return result;
  }
  const auto clip = [&](std::int64_t value) {
    return std::clamp(value < 0 ? value + *size : value, std::int64_t{0}, *size);
  };
  const std::int64_t length = std::max<std::int64_t>(clip(*end) - clip(*start), 0);
  result.sizes[*at] = terms_.integer((length + *step - 1) / *step);
  return result;
}

/// item(LIST, index), LIST an operation that gives a list of tensors, or several results.
TensorFacts Inference::item() {
  const TermId source = argument(0);
  const auto index = integer(1);
  if (!index || terms_[source].kind != Term::Kind::operation) return {};
  const std::string_view made_by = terms_.name(source);
  const std::vector<TermId> given(terms_.arguments(source).begin(), terms_.arguments(source).end());
  const bool chunks = made_by == "aten::chunk" || made_by == "aten::unsafe_chunk";
  const bool splits = made_by == "aten::split.Tensor";
  const bool splits_by_list = made_by == "aten::split_with_sizes" || made_by == "aten::split.sizes";
  const bool unbinds = made_by == "aten::unbind.int";
  if ((!chunks && !splits && !splits_by_list && !unbinds) || given.size() < 2) return {};
  TensorFacts result = facts_[given[0]];
  if (!result.ranked) return {.dtype = result.dtype};
  const auto at = wrapped(terms_.integer_of(given[unbinds ? 1 : 2]), result.sizes.size());
  if (!at) return {.dtype = result.dtype};
  if (unbinds) {
    result.sizes.erase(result.sizes.begin() + static_cast<std::ptrdiff_t>(*at));
    return result;
  }
  const auto size = terms_.integer_of(result.sizes[*at]);
  result.sizes[*at] = open_size(*at);
  if (splits_by_list) {
    if (!terms_.is_operation(given[1], "list")) return result;
    const auto lengths = terms_.arguments(given[1]);
    if (*index >= 0 && *index < static_cast<std::int64_t>(lengths.size())) {
      if (const auto length = terms_.integer_of(lengths[static_cast<std::size_t>(*index)])) {
        result.sizes[*at] = terms_.integer(*length);
      }
    }
    return result;
  }
  const auto parameter = terms_.integer_of(given[1]);
  if (!size || !parameter || *parameter <= 0 || *size <= 0) return result;
  const std::int64_t piece = chunks ? (*size + *parameter - 1) / *parameter : *parameter;
  const std::int64_t left = *size - *index * piece;
  if (*index >= 0 && left > 0) result.sizes[*at] = terms_.integer(std::min(piece, left));
  return result;
}

/// squeeze.dim(self, dim)
TensorFacts Inference::squeeze() {
  TensorFacts result = of(0);
  if (!result.ranked) return {.dtype = result.dtype};
  if (is("aten::squeeze")) {
    std::vector<TermId> kept;
    for (const TermId size : result.sizes) {
      const auto value = terms_.integer_of(size);
      if (!value) return {.dtype = result.dtype};
      if (*value != 1) kept.push_back(size);
    }
    result.sizes = kept;
    return result;
  }
  const auto at = wrapped(integer(1), result.sizes.size());
  if (!at) return {.dtype = result.dtype};
  const auto value = terms_.integer_of(result.sizes[*at]);
  if (!value) return {.dtype = result.dtype};
  if (*value == 1) result.sizes.erase(result.sizes.begin() + static_cast<std::ptrdiff_t>(*at));
  return result;
}

/// adaptive pools and upsample_*: the last dimensions are a list given, where there is one
TensorFacts Inference::resized() {
  TensorFacts result = of(0);
  const auto sizes = list(1);
  const bool is_pool = name_.starts_with("aten::adaptive");
  if (!result.ranked) return {.dtype = result.dtype};
  if (!sizes || sizes->size() > result.sizes.size()) {
    if (is_pool) return {.dtype = result.dtype};
    for (std::size_t i = 2; i < result.sizes.size(); ++i) result.sizes[i] = open_size(i);
    return result;
  }
  for (std::size_t i = 0; i < sizes->size(); ++i) {
    const std::size_t at = result.sizes.size() - sizes->size() + i;
    const bool plain = is_never_negative(terms_, (*sizes)[i]);
    result.sizes[at] = plain ? (*sizes)[i] : open_size(at);
  }
  return result;
}

/// pad(self, pad, ...): pairs from the last dimension on
TensorFacts Inference::pad() {
  TensorFacts result = of(0);
  const auto pairs = numbers(1);
  if (!result.ranked) return {.dtype = result.dtype};
  if (!pairs || pairs->size() % 2 != 0 || pairs->size() / 2 > result.sizes.size()) {
    for (std::size_t i = 0; i < result.sizes.size(); ++i) result.sizes[i] = open_size(i);
    return result;
  }
  for (std::size_t i = 0; i < pairs->size() / 2; ++i) {
    const std::size_t at = result.sizes.size() - 1 - i;
    const auto size = terms_.integer_of(result.sizes[at]);
    const std::int64_t more = (*pairs)[2 * i] + (*pairs)[2 * i + 1];
    if (more == 0) continue;
    result.sizes[at] = size && *size + more >= 0 ? terms_.integer(*size + more) : open_size(at);
  }
  return result;
}

/// choice(condition, value when true, value when false)
TensorFacts Inference::choice() {
  const TensorFacts left = of(1);
  const TensorFacts right = of(2);
  TensorFacts result{.dtype = left.dtype == right.dtype ? left.dtype : DType::unknown};
  if (!left.ranked || !right.ranked || left.sizes.size() != right.sizes.size()) return result;
  result.ranked = true;
  for (std::size_t i = 0; i < left.sizes.size(); ++i) {
    result.sizes.push_back(left.sizes[i] == right.sizes[i] ? left.sizes[i] : open_size(i));
  }
  return result;
}

TensorFacts Inference::infer() {
  if (terms_[term_].kind != Term::Kind::operation) return {};
  name_ = terms_.name(term_);
  // An in-place form keeps the dtype and the sizes of what it writes to.
  if (name_.starts_with("in_place ")) return of(0);
  if (is("number")) return {.dtype = DType::i64, .ranked = true};
  if (is("choice")) return choice();
  if (is("item")) return item();
  if (is("convolution")) return convolution();
  if (is("aten::linear")) return linear();
  if (is("aten::matmul") || is("aten::bmm") || is("aten::mm")) return matmul();
  if (is("aten::max_pool2d") || is("aten::avg_pool2d")) return pool(2);
  if (is("aten::max_pool1d") || is("aten::avg_pool1d")) return pool(1);
  if (is("aten::max_pool3d") || is("aten::avg_pool3d")) return pool(3);
  if (is("aten::flatten.using_ints")) return flatten();
  if (is("aten::view") || is("aten::reshape")) return view();
  if (is("aten::expand")) return expand();
  if (is("aten::cat")) return cat();
  if (is("aten::select.int")) return select();
  if (is("aten::slice.Tensor")) return slice();
  if (is("aten::squeeze") || is("aten::squeeze.dim")) return squeeze();
  if (is("aten::pad") || is("aten::constant_pad_nd")) return pad();
  if (name_.starts_with("aten::adaptive_avg") || name_.starts_with("aten::upsample_")) return resized();
  if (is_one_of(kCompare)) {
    TensorFacts result = broadcast(of(0), of(1));
    result.dtype = DType::boolean;
    return result;
  }
  if (is_one_of(kCompareNumber)) {
    TensorFacts result = of(0);
    result.dtype = DType::boolean;
    return result;
  }
  if (is_one_of(kArithmeticNumber)) {
    TensorFacts result = of(0);
    if (!is_floating(result.dtype)) result.dtype = DType::unknown;
    return result;
  }
  if (is_one_of(kTests)) {
    TensorFacts result = of(0);
    result.dtype = DType::boolean;
    return result;
  }
  if (is_one_of(kArithmetic)) return arithmetic();
  if (is("aten::where.self")) {
    TensorFacts values = broadcast(of(1), of(2));
    TensorFacts result = broadcast(of(0), values);
    if (of(1).dtype == of(2).dtype) result.dtype = of(1).dtype;
    return result;
  }
  if (is("aten::masked_fill.Scalar") || is("aten::masked_fill.Tensor")) {
    TensorFacts result = broadcast(of(0), of(1));
    result.dtype = of(0).dtype;
    return result;
  }
  if (is_one_of(kKeepAll)) {
    TensorFacts result = of(0);
    // The absolute value of a complex number is real.
    const bool known = is_floating(result.dtype) || is_integer(result.dtype) || result.dtype == DType::boolean;
    if (!known) result.dtype = DType::unknown;
    return result;
  }
  if (is_one_of(kKeepFloating)) {
    TensorFacts result = of(0);
    if (!is_floating(result.dtype)) result.dtype = DType::unknown;
    return result;
  }
  if (is("aten::softmax.int") || is("aten::log_softmax.int")) {
    TensorFacts result = of(0);
    if (!is_none(2) || !is_floating(result.dtype)) result.dtype = DType::unknown;
    return result;
  }
  if (is("aten::to.dtype") || is("aten::to.device")) {
    TensorFacts result = of(0);
    const auto code = integer(is("aten::to.dtype") ? 1 : 2);
    result.dtype = code ? dtype_of_code(*code) : DType::unknown;
    return result;
  }
  if (is("aten::type_as")) {
    TensorFacts result = of(0);
    result.dtype = of(1).dtype;
    return result;
  }
  if (is("aten::expand_as") || is("aten::view_as") || is("aten::reshape_as")) {
    TensorFacts result = of(1);
    result.dtype = of(0).dtype;
    return result;
  }
  if (is("aten::zeros_like") || is("aten::ones_like")) {
    TensorFacts result = of(0);
    if (const auto code = integer(1)) result.dtype = dtype_of_code(*code);
    return result;
  }
  if (is("aten::zeros") || is("aten::ones")) {
    const auto sizes = list(0);
    const auto code = integer(1);
    if (!sizes) return {};
    TensorFacts result{.dtype = code ? dtype_of_code(*code) : DType::unknown, .ranked = true};
    for (std::size_t i = 0; i < sizes->size(); ++i) {
      const bool plain = is_never_negative(terms_, (*sizes)[i]);
      result.sizes.push_back(plain ? (*sizes)[i] : open_size(i));
    }
    return result;
  }
  if (is("aten::embedding")) {
    TensorFacts result = of(1);
    const TensorFacts weight = of(0);
    if (!result.ranked || !weight.ranked || weight.sizes.size() != 2) return {.dtype = weight.dtype};
    result.dtype = weight.dtype;
    result.sizes.push_back(weight.sizes[1]);
    return result;
  }
  if (is("aten::permute")) {
    const TensorFacts input = of(0);
    const auto order = numbers(1);
    if (!input.ranked || !order || order->size() != input.sizes.size()) return {.dtype = input.dtype};
    TensorFacts result{.dtype = input.dtype, .ranked = true};
    for (const std::int64_t dimension : *order) {
      const auto at = wrapped(dimension, input.sizes.size());
      if (!at) return {.dtype = input.dtype};
      result.sizes.push_back(input.sizes[*at]);
    }
    return result;
  }
  if (is("aten::transpose.int")) {
    TensorFacts result = of(0);
    const auto one = wrapped(integer(1), result.sizes.size());
    const auto other = wrapped(integer(2), result.sizes.size());
    if (!result.ranked || !one || !other) return {.dtype = result.dtype};
    std::swap(result.sizes[*one], result.sizes[*other]);
    return result;
  }
  if (is("aten::t") || is("aten::numpy_T")) {
    TensorFacts result = of(0);
    std::ranges::reverse(result.sizes);
    return result;
  }
  if (is("aten::unsqueeze")) {
    TensorFacts result = of(0);
    const auto at = wrapped(integer(1), result.sizes.size() + 1);
    if (!result.ranked || !at) return {.dtype = result.dtype};
    result.sizes.insert(result.sizes.begin() + static_cast<std::ptrdiff_t>(*at), terms_.integer(1));
    return result;
  }
  const DType same_floating = is_floating(of(0).dtype) ? of(0).dtype : DType::unknown;
  const bool is_sum = is("aten::sum") || is("aten::sum.dim_IntList");
  const bool counts = is_integer(of(0).dtype) || of(0).dtype == DType::boolean;
  const DType reduced = is_sum && counts ? DType::i64 : same_floating;
  if (is("aten::mean") || is("aten::sum"))
    return reduce(std::vector<std::int64_t>{}, false, is_none(1) ? reduced : DType::unknown);
  if (is("aten::max") && count() == 1) return reduce(std::vector<std::int64_t>{}, false, of(0).dtype);
  if (is("aten::min") && count() == 1) return reduce(std::vector<std::int64_t>{}, false, of(0).dtype);
  if (is("aten::mean.dim") || is("aten::sum.dim_IntList")) {
    return reduce(numbers(1), flag(2).value_or(false), is_none(3) ? reduced : DType::unknown);
  }
  if (is("aten::amax") || is("aten::amin")) return reduce(numbers(1), flag(2).value_or(false), of(0).dtype);
  return {};
}

}  // namespace

const TensorFacts& Facts::operator[](TermId tensor) {
  if (const auto known = facts_.find(tensor.raw); known != facts_.end()) return known->second;
  // Bottom up, so that a long chain needs no deep stack: what a term is made of comes first.
  std::vector<TermId> pending{tensor};
  while (!pending.empty()) {
    const TermId one = pending.back();
    if (facts_.contains(one.raw)) {
      pending.pop_back();
      continue;
    }
    bool ready = true;
    for (const TermId argument : terms_.arguments(one)) {
      if (terms_[argument].kind != Term::Kind::operation || facts_.contains(argument.raw)) continue;
      pending.push_back(argument);
      ready = false;
    }
    if (!ready) continue;
    pending.pop_back();
    TensorFacts inferred = Inference(terms_, *this, one).infer();
    facts_.try_emplace(one.raw, std::move(inferred));
  }
  return facts_[tensor.raw];
}

bool Facts::has_known_sizes(TermId tensor) {
  const TensorFacts& facts = (*this)[tensor];
  return facts.ranked &&
         std::ranges::all_of(facts.sizes, [&](TermId size) { return terms_.integer_of(size).has_value(); });
}

TermId Facts::size(TermId tensor, std::int64_t dimension) {
  const TensorFacts& facts = (*this)[tensor];
  const auto rank = static_cast<std::int64_t>(facts.sizes.size());
  const std::int64_t at = dimension < 0 ? dimension + rank : dimension;
  if (!facts.ranked || at < 0 || at >= rank)
    return terms_.operation("size.unranked", {tensor, terms_.integer(dimension)});
  return facts.sizes[static_cast<std::size_t>(at)];
}

std::optional<std::int64_t> Facts::rank(TermId tensor) {
  const TensorFacts& facts = (*this)[tensor];
  if (!facts.ranked) return std::nullopt;
  return static_cast<std::int64_t>(facts.sizes.size());
}

}  // namespace graphwitness::proof
