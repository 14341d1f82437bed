#include "verify/proof/scalars.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>

#include "verify/proof/facts.h"

namespace graphwitness::proof {
namespace {

std::optional<std::int64_t> floor_divide(std::int64_t a, std::int64_t b) {
  if (b == 0 || (a == std::numeric_limits<std::int64_t>::min() && b == -1)) return std::nullopt;
  const std::int64_t quotient = a / b;
  return a % b != 0 && ((a < 0) != (b < 0)) ? quotient - 1 : quotient;
}

std::optional<std::int64_t> remainder(std::int64_t a, std::int64_t b) {
  const auto quotient = floor_divide(a, b);
  if (!quotient) return std::nullopt;
  return a - *quotient * b;
}

/// A number as a double, whatever its type.
std::optional<double> number_of(const Terms& terms, TermId term) {
  if (const auto integer = terms.integer_of(term)) return static_cast<double>(*integer);
  return terms.floating_of(term);
}

bool is_integer_or_flag(const Terms& terms, TermId term) {
  return terms.integer_of(term).has_value() || terms.boolean_of(term).has_value();
}

std::optional<TermId> fold_integers(Terms& terms, std::string_view op, std::int64_t a, std::int64_t b) {
  std::int64_t result = 0;
  if (op == "aten::add")
    return __builtin_add_overflow(a, b, &result) ? std::nullopt : std::optional(terms.integer(result));
  if (op == "aten::sub")
    return __builtin_sub_overflow(a, b, &result) ? std::nullopt : std::optional(terms.integer(result));
  if (op == "aten::mul")
    return __builtin_mul_overflow(a, b, &result) ? std::nullopt : std::optional(terms.integer(result));
  if (op == "aten::div" && b != 0) return terms.floating(static_cast<double>(a) / static_cast<double>(b));
  if (op == "prim::min") return terms.integer(std::min(a, b));
  if (op == "prim::max") return terms.integer(std::max(a, b));
  if (op == "aten::__and__") return terms.integer(a & b);
  if (op == "aten::__or__") return terms.integer(a | b);
  if (op == "aten::__xor__") return terms.integer(a ^ b);
  const auto maybe = op == "aten::floordiv"    ? floor_divide(a, b)
                     : op == "aten::remainder" ? remainder(a, b)
                                               : std::nullopt;
  return maybe ? std::optional(terms.integer(*maybe)) : std::nullopt;
}

std::optional<TermId> fold_floating(Terms& terms, std::string_view op, double a, double b) {
  if (op == "aten::add") return terms.floating(a + b);
  if (op == "aten::sub") return terms.floating(a - b);
  if (op == "aten::mul") return terms.floating(a * b);
  if (op == "aten::div" && b != 0) return terms.floating(a / b);
  if (op == "aten::floordiv" && b != 0) return terms.floating(std::floor(a / b));
  if (op == "aten::pow") return terms.floating(std::pow(a, b));
  return std::nullopt;
}

template <class T>
std::optional<bool> compare(std::string_view op, const T& a, const T& b) {
  if (op == "aten::eq") return a == b;
  if (op == "aten::ne") return a != b;
  if (op == "aten::lt") return a < b;
  if (op == "aten::le") return a <= b;
  if (op == "aten::gt") return a > b;
  if (op == "aten::ge") return a >= b;
  return std::nullopt;
}

std::optional<TermId> flag(Terms& terms, std::optional<bool> value) {
  return value ? std::optional(terms.boolean(*value)) : std::nullopt;
}

std::optional<TermId> fold_one(Terms& terms, std::string_view op, TermId a) {
  const auto boolean = terms.boolean_of(a);
  const auto integer = terms.integer_of(a);
  const auto floating = terms.floating_of(a);
  if (op == "aten::__not__" && boolean) return terms.boolean(!*boolean);
  if (op == "aten::neg" && integer && *integer != std::numeric_limits<std::int64_t>::min())
    return terms.integer(-*integer);
  if (op == "aten::neg" && floating) return terms.floating(-*floating);
  if (op == "aten::Bool" && boolean) return a;
  if (op == "aten::Bool" && integer) return terms.boolean(*integer != 0);
  if (op == "aten::Bool" && floating) return terms.boolean(*floating != 0);
  if (op == "aten::Int" && integer) return a;
  if (op == "aten::Int" && boolean) return terms.integer(*boolean ? 1 : 0);
  constexpr double kExact = 9007199254740992.0;
  if (op == "aten::Int" && floating && std::abs(*floating) < kExact) {
    return terms.integer(static_cast<std::int64_t>(*floating));
  }
  if (op == "aten::Float" && floating) return a;
  if (op == "aten::Float" && integer) return terms.floating(static_cast<double>(*integer));
  const auto number = number_of(terms, a);
  if (!number) return std::nullopt;
  if (op == "aten::sqrt" && *number >= 0) return terms.floating(std::sqrt(*number));
  if (op == "aten::floor" && std::abs(*number) < kExact)
    return terms.integer(static_cast<std::int64_t>(std::floor(*number)));
  if (op == "aten::ceil" && std::abs(*number) < kExact)
    return terms.integer(static_cast<std::int64_t>(std::ceil(*number)));
  return std::nullopt;
}

std::optional<TermId> fold_two(Terms& terms, std::string_view op, TermId a, TermId b) {
  if (op == "aten::__is__" || op == "aten::__isnot__") {
    // What is a term and not None is not None: a value that may be None is known to be one.
    const bool decidable = terms.is_none(a) || terms.is_none(b);
    if (!decidable || terms[a].kind == Term::Kind::unique || terms[b].kind == Term::Kind::unique) return std::nullopt;
    if (terms[a].kind == Term::Kind::operation || terms[b].kind == Term::Kind::operation) return std::nullopt;
    return terms.boolean((terms.is_none(a) && terms.is_none(b)) == (op == "aten::__is__"));
  }
  if (terms.boolean_of(a) && terms.boolean_of(b)) {
    const bool left = *terms.boolean_of(a);
    const bool right = *terms.boolean_of(b);
    if (op == "aten::__and__") return terms.boolean(left && right);
    if (op == "aten::__or__") return terms.boolean(left || right);
    if (op == "aten::__xor__") return terms.boolean(left != right);
    return flag(terms, compare(op, left, right));
  }
  if (is_integer_or_flag(terms, a) && is_integer_or_flag(terms, b)) {
    if (!terms.integer_of(a) || !terms.integer_of(b)) return std::nullopt;
    const auto compared = flag(terms, compare(op, *terms.integer_of(a), *terms.integer_of(b)));
    return compared ? compared : fold_integers(terms, op, *terms.integer_of(a), *terms.integer_of(b));
  }
  const auto left = number_of(terms, a);
  const auto right = number_of(terms, b);
  if (left && right) {
    const auto compared = flag(terms, compare(op, *left, *right));
    return compared ? compared : fold_floating(terms, op, *left, *right);
  }
  const bool texts = terms[a].kind == Term::Kind::string && terms[b].kind == Term::Kind::string;
  const bool devices = terms[a].kind == Term::Kind::device && terms[b].kind == Term::Kind::device;
  if ((texts || devices) && (op == "aten::eq" || op == "aten::ne"))
    return terms.boolean((a == b) == (op == "aten::eq"));
  if (texts && op == "aten::add") return terms.string(std::string(terms.name(a)) + std::string(terms.name(b)));
  return std::nullopt;
}

constexpr std::array<std::string_view, 36> kScalarOperators{
    "aten::Bool",
    "aten::Float",
    "aten::Int",
    "aten::__and__",
    "aten::__is__",
    "aten::__isnot__",
    "aten::__not__",
    "aten::__or__",
    "aten::__xor__",
    "aten::add",
    "aten::ceil",
    "aten::div",
    "aten::eq",
    "aten::floor",
    "aten::floordiv",
    "aten::format",
    "aten::ge",
    "aten::gt",
    "aten::le",
    "aten::log",
    "aten::lt",
    "aten::mul",
    "aten::ne",
    "aten::neg",
    "aten::percentFormat",
    "aten::pow",
    "aten::remainder",
    "aten::round",
    "aten::sqrt",
    "aten::str",
    "aten::sub",
    "prim::abs",
    "prim::max",
    "prim::min",
    "aten::exp",
    "aten::__range_length",
};

}  // namespace

std::optional<TermId> fold_scalar(Terms& terms, std::string_view op, std::span<const TermId> operands) {
  if (operands.size() == 1) return fold_one(terms, op, operands[0]);
  if (operands.size() == 2) return fold_two(terms, op, operands[0], operands[1]);
  const auto integer = [&](std::size_t i) { return terms.integer_of(operands[i]); };
  if (operands.size() == 3 && (op == "aten::__range_length" || op == "aten::__derive_index") && integer(0) &&
      integer(1) && integer(2)) {
    if (op == "aten::__derive_index") {  // index, start, step
      std::int64_t product = 0;
      std::int64_t sum = 0;
      if (__builtin_mul_overflow(*integer(0), *integer(2), &product)) return std::nullopt;
      if (__builtin_add_overflow(*integer(1), product, &sum)) return std::nullopt;
      return terms.integer(sum);
    }
    const std::int64_t low = *integer(0);
    const std::int64_t high = *integer(1);
    const std::int64_t step = *integer(2);
    constexpr std::int64_t kMost = std::int64_t{1} << 40;
    if (step == 0 || std::abs(step) > kMost || std::abs(low) > kMost || std::abs(high) > kMost) return std::nullopt;
    if (step > 0) return terms.integer(low < high ? (high - low - 1) / step + 1 : 0);
    return terms.integer(low > high ? (low - high - 1) / -step + 1 : 0);
  }
  return std::nullopt;
}

std::optional<TermId> scalar_term(Terms& terms, std::string_view op, std::string_view overload,
                                  std::span<const TermId> operands) {
  const bool listed = std::ranges::find(kScalarOperators, op) != kScalarOperators.end() || op == "aten::__derive_index";
  if (!listed) return std::nullopt;
  if (overload == "int" && operands.size() == 2) {
    // The same arithmetic that the table of sizes does, and that a trace does with tensors of int64.
    if (op == "aten::add") return add_sizes(terms, operands[0], operands[1]);
    if (op == "aten::mul") return multiply_sizes(terms, operands[0], operands[1]);
    if (op == "aten::sub") return terms.operation("int.sub", {operands[0], operands[1]});
  }
  if (op == "aten::floordiv" && operands.size() == 2 && terms.integer_of(operands[1]).value_or(0) > 0) {
    if (terms.integer_of(operands[1]) == 1) return operands[0];
    return terms.operation("int.floordiv", {operands[0], operands[1]});
  }
  return terms.operation(std::string(op) + "." + std::string(overload), operands);
}

bool scalar_may_raise(const Terms& terms, std::string_view op, std::span<const TermId> operands) {
  const bool divides = op == "aten::div" || op == "aten::floordiv" || op == "aten::remainder";
  if (divides && operands.size() == 2) {
    return terms.integer_of(operands[1]).value_or(0) == 0 && terms.floating_of(operands[1]).value_or(0) == 0;
  }
  return divides || op == "aten::pow" || op == "aten::sqrt" || op == "aten::log" || op == "aten::format" ||
         op == "aten::percentFormat" || op == "aten::Int";
}

}  // namespace graphwitness::proof
