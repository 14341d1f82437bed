#pragma once
/// The operators that a proof may take as functions of their operands: same operands, same results, nothing else
/// changed.
///
/// What is not in the table is not understood. Limits: operators of LibTorch 1.13 and later, without `out=` overloads.

#include <cstdint>
#include <string_view>

namespace graphwitness::proof {

/// How the results of an operator share memory with its operands.
enum class Memory : std::uint8_t {
  fresh,  ///< results never share memory with operands
  view,   ///< results may share memory with any tensor among the operands
};

struct PureOperator {
  std::string_view name;
  Memory memory = Memory::view;
  /// May raise, or not, depending on elements of tensors.
  bool raises_on_data = false;
};

/// Null when the proof does not know the operator. The name has no trailing `_`.
const PureOperator* pure_operator(std::string_view name);

/// Operators, with the overload, that raise on no tensor of a floating dtype, whatever its sizes.
bool never_raises(std::string_view name);

/// `aten::relu_`, and not `aten::__and__`.
bool is_in_place(std::string_view name);
/// Operators whose in-place form is known: it computes what the operator does, in the dtype and sizes of operand 0.
bool has_known_in_place_form(std::string_view name);
/// Of those, the ones of one tensor that keep a floating dtype: both forms compute the same.
bool has_same_in_place_form(std::string_view name);

}  // namespace graphwitness::proof
