#pragma once
/// Stand-ins for operators that this LibTorch does not have, so that code that uses them still compiles.
///
/// Each call site in the archive's code that no known schema can take gives a schema: one of its own for each number of
/// arguments and set of names. Argument types are free; result types are what the uses of the results ask for (how many
/// are unpacked, annotations, conditions, what known operators take), else Tensor. A stand-in is never run.

#include <string>
#include <vector>

#include "frontends/torchscript/worker/archive.h"

namespace graphwitness::torchscript {

struct DerivedOperator {
  std::string op;      ///< "torchvision::nms"
  std::string schema;  ///< "torchvision::nms(_, _, _) -> Tensor"
};

/// Names of the overloads that stand-ins have.
inline constexpr std::string_view kStandIn = "stand_in";

/// Registers what is missing; empty when every call site has a schema that could take it.
std::vector<DerivedOperator> register_missing_operators(Archive& archive);

}  // namespace graphwitness::torchscript
