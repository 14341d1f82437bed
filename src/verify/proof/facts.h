#pragma once
/// What is known of tensors without running anything: dtype, rank and sizes of each term.
///
/// Sizes are terms of integers: numbers where they are known, symbols where the scope leaves them open. What the table
/// of operators does not cover is unknown, which is always a correct answer.

#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "graphwitness/ir/graph.h"
#include "verify/proof/terms.h"

namespace graphwitness::proof {

struct TensorFacts {
  DType dtype = DType::unknown;
  bool ranked = false;
  std::vector<TermId> sizes{};  ///< one a dimension, when ranked
};

bool is_floating(DType dtype);
bool is_integer(DType dtype);

class Facts {
 public:
  explicit Facts(Terms& terms) : terms_(terms) {}

  /// Of inputs and constants, which nothing is inferred from.
  void set(TermId tensor, TensorFacts facts) { facts_[tensor.raw] = std::move(facts); }
  /// Of operations, inferred when first asked for.
  const TensorFacts& operator[](TermId tensor);
  /// Sizes are numbers, all of them.
  bool has_known_sizes(TermId tensor);
  /// Size of one dimension, counted from the end when negative: a number, a symbol, or "the size of this term".
  TermId size(TermId tensor, std::int64_t dimension);
  std::optional<std::int64_t> rank(TermId tensor);

 private:
  Terms& terms_;
  std::unordered_map<std::uint32_t, TensorFacts> facts_;
};

/// Arithmetic on sizes: folded when both are numbers, else a term that is the same for the same operands.
TermId add_sizes(Terms& terms, TermId a, TermId b);
TermId multiply_sizes(Terms& terms, TermId a, TermId b);
/// Whatever the sizes that it is made of.
bool is_never_negative(const Terms& terms, TermId term);

}  // namespace graphwitness::proof
