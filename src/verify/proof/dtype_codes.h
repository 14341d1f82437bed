#pragma once
/// The integers that stand for dtypes in TorchScript (`c10::ScalarType`; the same in every LibTorch from 1.13 on).

#include <cstdint>
#include <optional>

#include "graphwitness/ir/graph.h"

namespace graphwitness::proof {

/// None for a dtype that has no such integer, or that is not known.
std::optional<std::int64_t> code_of(DType dtype);
/// `unknown` for an integer that stands for no dtype of the IR.
DType dtype_of_code(std::int64_t code);

}  // namespace graphwitness::proof
