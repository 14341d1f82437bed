#pragma once
/// Arithmetic, comparisons and logic on Python numbers, flags and strings, folded where the operands are known.
///
/// Limits: integers of 64 bits without overflow, and doubles; what is not folded is a term of its own.

#include <optional>
#include <span>
#include <string_view>

#include "verify/proof/terms.h"

namespace graphwitness::proof {

/// The result of a scalar operator ("aten::add", "aten::floordiv", "prim::max", ...), or nothing when it is not known.
std::optional<TermId> fold_scalar(Terms& terms, std::string_view op, std::span<const TermId> operands);

/// A term for a scalar operator of this table that cannot be folded; nothing when the operator is not in it.
std::optional<TermId> scalar_term(Terms& terms, std::string_view op, std::string_view overload,
                                  std::span<const TermId> operands);

/// The operator may raise on such operands.
bool scalar_may_raise(const Terms& terms, std::string_view op, std::span<const TermId> operands);

}  // namespace graphwitness::proof
