#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

#include "verify/proof/dtype_codes.h"
#include "verify/proof/evaluator.h"
#include "verify/proof/pure_operators.h"

namespace graphwitness::proof {
namespace {

constexpr std::array<std::string_view, 10> kWithNumber{"aten::add", "aten::sub", "aten::mul", "aten::div", "aten::eq",
                                                       "aten::ne",  "aten::lt",  "aten::le",  "aten::gt",  "aten::ge"};

}  // namespace

bool Evaluator::evaluate_dropout(std::string_view op) {
  const std::string_view base = is_in_place(op) ? op.substr(0, op.size() - 1) : op;
  const bool is_dropout = base == "aten::dropout" || base == "aten::feature_dropout" || base == "aten::alpha_dropout" ||
                          base == "aten::feature_alpha_dropout";
  if (!is_dropout) return false;
  if (operands() != 3 || terms_.boolean_of(term_of(operand(2))) != false)
    stop("dropout that runs in training mode is random");
  set_result(operand(0));
  return true;
}

void Evaluator::require_no_training(std::string_view op, std::span<const TermId> arguments) const {
  const auto flag = [&](std::size_t i) {
    return i < arguments.size() ? terms_.boolean_of(arguments[i]) : std::nullopt;
  };
  if (op == "aten::batch_norm" || op == "aten::instance_norm") {
    const bool has_statistics = arguments.size() > 3 && !terms_.is_none(arguments[3]);
    if (!flag(5)) stop("whether it normalises by its input is not known");
    if (*flag(5) && has_statistics) stop("it changes its running statistics when it runs");
  }
  const bool recurrent = op == "aten::lstm" || op == "aten::gru" || op == "aten::rnn_tanh" || op == "aten::rnn_relu";
  if (!recurrent) return;
  // The flag for training stands behind the rate of dropout, which is the only floating number.
  for (std::size_t i = 0; i + 1 < arguments.size(); ++i) {
    const auto rate = terms_.floating_of(arguments[i]);
    if (rate && (flag(i + 1) == false || *rate == 0)) return;
  }
  stop("a recurrent layer with dropout that runs in training mode is random");
}

/// Arguments of `_convolution` as those of "convolution", without the flags that choose an implementation.
void Evaluator::make_convolution(std::string_view op, std::vector<TermId>& arguments) {
  const bool transposed = op.starts_with("aten::conv_transpose");
  const TermId zero = terms_.integer(0);
  if (op == "aten::_convolution") {
    if (arguments.size() < 9) stop("it has too few arguments");
    arguments.resize(9);
  } else if (transposed) {  // input, weight, bias, stride, padding, output_padding, groups, dilation
    if (arguments.size() != 8) stop("it has other arguments than expected");
    arguments = {arguments[0], arguments[1],         arguments[2], arguments[3], arguments[4],
                 arguments[7], terms_.boolean(true), arguments[5], arguments[6]};
  } else {  // input, weight, bias, stride, padding, dilation, groups
    if (arguments.size() != 7) stop("it has other arguments than expected");
    arguments = {arguments[0], arguments[1], arguments[2],          arguments[3],
                 arguments[4], arguments[5], terms_.boolean(false), terms_.operation("list", {zero}),
                 arguments[6]};
  }
  // Lists of one element stand for as many as there are dimensions.
  const auto rank = facts_.rank(arguments[1]);
  if (!rank || *rank < 3) return;
  for (const std::size_t i : {3U, 4U, 5U, 7U}) {
    if (!terms_.is_operation(arguments[i], "list") || terms_.arguments(arguments[i]).size() != 1) continue;
    const std::vector<TermId> repeated(static_cast<std::size_t>(*rank - 2), terms_.arguments(arguments[i])[0]);
    arguments[i] = terms_.operation("list", repeated);
  }
}

/// Fills in what factories take where nothing is given: dtype (of those that are like another tensor), layout, device
/// and pinning, which stand together at the end.
void Evaluator::complete_factory(std::string_view op, std::vector<TermId>& arguments) {
  const bool is_like = op.ends_with("_like");
  const bool is_new = op.starts_with("aten::new_");
  const bool is_plain = op == "aten::zeros" || op == "aten::ones" || op == "aten::full" || op == "aten::arange" ||
                        op == "aten::eye" || op == "aten::linspace";
  if (!is_like && !is_new && !is_plain) return;
  const std::size_t tail = is_like ? 5 : 4;
  if (arguments.size() < tail) return;
  const std::size_t first = arguments.size() - tail;
  if ((is_like || is_new) && terms_.is_none(arguments[first])) {
    if (const auto code = code_of(facts_[arguments[0]].dtype)) {
      arguments[first] = terms_.integer(*code);
      vocabulary_.assumptions.insert(Assumption::dtype);
    }
  }
  if (terms_.is_none(arguments[first + 1])) arguments[first + 1] = terms_.integer(0);
  if (terms_.is_none(arguments[first + 2])) {
    arguments[first + 2] = terms_.device("cpu");
    if (is_like || is_new) vocabulary_.assumptions.insert(Assumption::device);
  }
  if (terms_.is_none(arguments[first + 3])) arguments[first + 3] = terms_.boolean(false);
}

/// One name for overloads that compute the same, with their arguments in one form.
std::string Evaluator::canonical_name(std::string_view op, std::vector<TermId>& arguments) {
  if (op.starts_with("aten::conv") || op == "aten::_convolution") {
    const std::string which = overload();
    if (op == "aten::concat" || op == "aten::contiguous" || which == "padding") {
      return which.empty() ? std::string(op) : fmt::format("{}.{}", op, which);
    }
    make_convolution(op, arguments);
    return "convolution";
  }
  if (std::ranges::find(kWithNumber, op) != kWithNumber.end() && arguments.size() >= 2 &&
      operand(0).kind == Symbolic::Kind::tensor) {
    if (operand(1).kind == Symbolic::Kind::scalar) return fmt::format("{}.Scalar", op);
    const TensorFacts& left = facts_[arguments[0]];
    const auto number = number_in(arguments[1]);
    // With another tensor of more dimensions, a number and a tensor that holds it make the same dtype, unless the
    // number is of a higher kind.
    const bool same = number && left.ranked && !left.sizes.empty() &&
                      (is_floating(left.dtype) || (is_integer(left.dtype) && !terms_.floating_of(*number)));
    if (!same) return std::string(op);
    vocabulary_.assumptions.insert(Assumption::dtype);
    arguments[1] = *number;
    return fmt::format("{}.Scalar", op);
  }
  complete_factory(op, arguments);
  if (op == "aten::slice" && arguments.size() == 5) {
    if (terms_.is_none(arguments[2])) arguments[2] = terms_.integer(0);
    if (terms_.is_none(arguments[3])) arguments[3] = terms_.integer(std::numeric_limits<std::int64_t>::max());
  }
  const std::string which = overload();
  if (which == "out" || which.ends_with("_out")) stop("it writes its result into a tensor that it is given");
  return which.empty() ? std::string(op) : fmt::format("{}.{}", op, which);
}

}  // namespace graphwitness::proof
