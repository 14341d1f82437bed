#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "verify/proof/dtype_codes.h"
#include "verify/proof/evaluator.h"
#include "verify/proof/scalars.h"

namespace graphwitness::proof {
namespace {

constexpr std::array<std::string_view, 9> kReadTensor{"aten::Bool",  "aten::Int",         "aten::Float",
                                                      "aten::item",  "aten::IntImplicit", "aten::FloatImplicit",
                                                      "aten::equal", "aten::allclose",    "aten::is_nonzero"};
constexpr std::array<std::string_view, 8> kNeverHere{"prim::is_cuda",   "prim::is_xpu",   "prim::is_mps",
                                                     "prim::is_meta",   "prim::is_ort",   "prim::is_ipu",
                                                     "prim::is_vulkan", "prim::is_nested"};

}  // namespace

bool Evaluator::evaluate_metadata(std::string_view op) {
  auto& assume = vocabulary_.assumptions;
  if (op == "aten::is_grad_enabled" || op == "aten::is_autocast_enabled") {
    assume.insert(Assumption::gradient);
    set_result(Symbolic::scalar(terms_.boolean(false)));
    return true;
  }
  if (operands() == 0 || operand(0).kind != Symbolic::Kind::tensor) return false;
  const auto give = [&](TermId term) {
    set_result(Symbolic::scalar(term));
    return true;
  };
  const std::string name(op);
  if (op == "aten::dim" || op == "aten::ndimension") {
    const TermId tensor = read(operand(0));
    const auto rank = facts_.rank(tensor);
    if (!rank) return give(terms_.operation("aten::dim", {tensor}));
    assume.insert(Assumption::rank);
    return give(terms_.integer(*rank));
  }
  if (op == "aten::size" && operands() == 2) {
    const TermId tensor = read(operand(0));
    const auto dimension = terms_.integer_of(term_of(operand(1)));
    if (!dimension) return give(terms_.operation("size.computed", {tensor, term_of(operand(1))}));
    const auto rank = facts_.rank(tensor);
    const bool fits = rank && *dimension < *rank && *dimension >= -*rank;
    if (rank && !fits)
      stop(fmt::format("it reads size {} of a tensor with {} dimensions, which raises", *dimension, *rank));
    const TermId size = facts_.size(tensor, *dimension);
    if (!rank) note_may_raise(size);
    return give(size);
  }
  if (op == "aten::len") {
    const TermId size = facts_.size(read(operand(0)), 0);
    if (!facts_.rank(read(operand(0)))) note_may_raise(size);
    return give(size);
  }
  if (op == "aten::size" && operands() == 1) {
    const TermId tensor = read(operand(0));
    const auto rank = facts_.rank(tensor);
    if (!rank) return give(terms_.operation("aten::size", {tensor}));
    std::vector<Symbolic> sizes;
    for (std::int64_t i = 0; i < *rank; ++i) sizes.push_back(Symbolic::scalar(facts_.size(tensor, i)));
    set_result(Symbolic::of(Symbolic::Kind::list, memory_.add_container(std::move(sizes))));
    return true;
  }
  if (op == "aten::numel") {
    const TermId tensor = read(operand(0));
    const auto rank = facts_.rank(tensor);
    if (!rank) return give(terms_.operation("aten::numel", {tensor}));
    TermId product = terms_.integer(1);
    for (std::int64_t i = 0; i < *rank; ++i) product = multiply_sizes(terms_, product, facts_.size(tensor, i));
    return give(product);
  }
  if (op == "prim::dtype") {
    const TermId tensor = read(operand(0));
    const auto code = code_of(facts_[tensor].dtype);
    if (!code) return give(terms_.operation(name, {tensor}));
    assume.insert(Assumption::dtype);
    return give(terms_.integer(*code));
  }
  if (op == "aten::is_floating_point" || op == "aten::is_complex") {
    const TermId tensor = read(operand(0));
    const DType dtype = facts_[tensor].dtype;
    if (dtype == DType::unknown) return give(terms_.operation(name, {tensor}));
    assume.insert(Assumption::dtype);
    const bool is_complex = dtype == DType::c32 || dtype == DType::c64 || dtype == DType::c128;
    return give(terms_.boolean(op == "aten::is_complex" ? is_complex : is_floating(dtype)));
  }
  if (op == "prim::device") {
    assume.insert(Assumption::device);
    return give(terms_.device("cpu"));
  }
  if (std::ranges::find(kNeverHere, op) != kNeverHere.end() || op == "prim::is_cpu" || op == "prim::is_sparse" ||
      op == "prim::is_sparse_csr" || op == "prim::is_mkldnn") {
    assume.insert(Assumption::device);
    return give(terms_.boolean(op == "prim::is_cpu"));
  }
  if (op == "prim::is_quantized") {
    assume.insert(Assumption::dtype);
    return give(terms_.boolean(false));
  }
  const bool is_input = terms_[read(operand(0))].kind == Term::Kind::input;
  // Inputs may need a gradient: no example shows it.
  if (op == "prim::requires_grad") return give(terms_.operation(name, {read(operand(0))}));
  if (op == "aten::is_contiguous") {
    if (!is_input || operands() != 1) stop("it asks for the memory layout of a tensor that is no input");
    assume.insert(Assumption::strides);
    return give(terms_.boolean(true));
  }
  return false;
}

/// The number in a tensor without dimensions that is a constant, or was made of a size.
std::optional<TermId> Evaluator::number_in(TermId tensor) {
  if (const auto integer = integer_in(tensor)) return integer;
  if (terms_[tensor].kind != Term::Kind::content) return std::nullopt;
  const auto floating = vocabulary_.contents.floating_of(static_cast<std::uint32_t>(terms_[tensor].bits));
  return floating ? std::optional(terms_.floating(*floating)) : std::nullopt;
}

/// As number_in, of tensors of int64; of an integer itself, that.
std::optional<TermId> Evaluator::integer_in(TermId term) {
  if (terms_.integer_of(term)) return term;
  if (terms_.is_operation(term, "number")) return terms_.arguments(term)[0];
  if (terms_[term].kind != Term::Kind::content) return std::nullopt;
  const auto integer = vocabulary_.contents.integer_of(static_cast<std::uint32_t>(terms_[term].bits));
  return integer ? std::optional(terms_.integer(*integer)) : std::nullopt;
}

bool Evaluator::evaluate_number(std::string_view op) {
  if (operands() == 0) return false;
  if (op == "prim::NumToTensor") {
    const TermId number = term_of(operand(0));
    const ValueId given = graph_[graph_[node_].operands][0];
    const Type& type = graph_[graph_[given].type];
    const bool is_integer = type.kind == Type::Kind::scalar && type.dtype == DType::i64;
    set_result(fresh_tensor(terms_.operation(is_integer ? "number" : "number.other", {number})));
    return true;
  }
  if (operand(0).kind != Symbolic::Kind::tensor) return false;
  if (std::ranges::find(kReadTensor, op) == kReadTensor.end() && op != "aten::ScalarImplicit") return false;
  const TermId tensor = read(operand(0));
  const bool as_is = op == "aten::ScalarImplicit" || op == "aten::item";
  if (const auto known = operands() == 1 ? number_in(tensor) : std::nullopt) {
    const bool is_integer = terms_.floating_of(*known) == std::nullopt;
    const bool takes_integer = op == "aten::Int" || op == "aten::IntImplicit" || as_is;
    if (is_integer && takes_integer) {
      set_result(Symbolic::scalar(*known));
      return true;
    }
    if (!is_integer && (as_is || op == "aten::Float" || op == "aten::FloatImplicit")) {
      set_result(Symbolic::scalar(*known));
      return true;
    }
    if (const auto folded = fold_scalar(terms_, op, std::array{*known})) {
      set_result(Symbolic::scalar(*folded));
      return true;
    }
  }
  const TermId term = terms_.operation(std::string(op) + "." + overload(), argument_terms());
  // NaN, and what is too large, is no integer.
  const bool makes_integer = op == "aten::Int" || op == "aten::IntImplicit";
  const DType dtype = facts_[tensor].dtype;
  const bool is_whole = is_integer(dtype) || dtype == DType::boolean;
  if (makes_integer && is_whole) note_safe_by_dtype(term);
  note_operator(term, makes_integer && !is_whole);
  set_result(Symbolic::scalar(term));
  return true;
}

bool Evaluator::evaluate_scalar(std::string_view op) {
  if (operands() == 0) return false;
  if (op == "aten::__is__" || op == "aten::__isnot__") {
    const Symbolic& left = operand(0);
    const Symbolic& right = operand(1);
    const auto is_none = [&](const Symbolic& one) {
      return one.kind == Symbolic::Kind::scalar && terms_.is_none(one.term);
    };
    const bool one_is_thing = left.kind != Symbolic::Kind::scalar || right.kind != Symbolic::Kind::scalar;
    if (one_is_thing && (is_none(left) || is_none(right))) {
      set_result(Symbolic::scalar(terms_.boolean(op == "aten::__isnot__")));
      return true;
    }
    if (one_is_thing && left == right) {
      set_result(Symbolic::scalar(terms_.boolean(op == "aten::__is__")));
      return true;
    }
    const auto is_input = [&](const Symbolic& one) {
      return one.kind == Symbolic::Kind::tensor && std::ranges::find(input_cells_, one.index) != input_cells_.end();
    };
    if (is_input(left) && is_input(right)) {
      vocabulary_.assumptions.insert(Assumption::memory);
      set_result(Symbolic::scalar(terms_.boolean(op == "aten::__isnot__")));
      return true;
    }
    if (one_is_thing) stop("it asks whether two values are the same object");
  }
  for (std::size_t i = 0; i < operands(); ++i) {
    const bool is_text = op == "aten::format" || op == "aten::percentFormat";
    if (operand(i).kind != Symbolic::Kind::scalar && !is_text) return false;
  }
  if (op == "aten::format" || op == "aten::percentFormat") {
    set_result(Symbolic::scalar(terms_.unique()));
    return true;
  }
  const std::vector<TermId> arguments = argument_terms();
  if (op == "aten::len" && terms_[arguments[0]].kind == Term::Kind::string) {
    set_result(Symbolic::scalar(terms_.integer(static_cast<std::int64_t>(terms_.name(arguments[0]).size()))));
    return true;
  }
  if (const auto folded = fold_scalar(terms_, op, arguments)) {
    set_result(Symbolic::scalar(*folded));
    return true;
  }
  const auto term = scalar_term(terms_, op, overload(), arguments);
  if (!term) return false;
  if (scalar_may_raise(terms_, op, arguments)) note_may_raise(*term);
  set_result(Symbolic::scalar(*term));
  return true;
}

/// Arithmetic that a trace does on sizes: int64 tensors without dimensions, as Python does on integers.
bool Evaluator::evaluate_integer_tensor(std::string_view op, std::span<const TermId> arguments) {
  const bool sums =
      (op == "aten::add" || op == "aten::sub") && arguments.size() == 3 && terms_.integer_of(arguments[2]) == 1;
  const bool others =
      (op == "aten::mul" || op == "aten::floor_divide" || op == "aten::remainder") && arguments.size() == 2;
  if ((!sums && !others) || operand(0).kind != Symbolic::Kind::tensor) return false;
  const auto left = integer_in(arguments[0]);
  const auto right = integer_in(arguments[1]);
  if (!left || !right) return false;
  if (op == "aten::floor_divide" || op == "aten::remainder") {
    // Rounding and signs differ between versions; of what is not negative there is one answer.
    if (!is_never_negative(terms_, *left) || terms_.integer_of(*right).value_or(0) <= 0) return false;
  }
  const std::string_view python = op == "aten::floor_divide" ? "aten::floordiv" : op;
  const std::array operands{*left, *right};
  auto result = fold_scalar(terms_, python, operands);
  if (!result) result = scalar_term(terms_, python, "int", operands);
  if (!result) return false;
  set_result(fresh_tensor(terms_.operation("number", {*result})));
  return true;
}

}  // namespace graphwitness::proof
