#pragma once
/// Which argument goes to which parameter of a model.

#include <optional>
#include <string>
#include <vector>

#include "exec/messages.h"

namespace graphwitness::exec {

/// What a model takes, for people too.
struct Signature {
  std::string callee;              ///< "forward", or "the graph" of ONNX
  std::vector<std::string> names;  ///< of its parameters
  std::string spelled;             ///< "`x: Tensor`, `n: int`"
};

struct Assignment {
  std::vector<const Value*> values;  ///< one a parameter; null: no argument for it. They belong to the arguments
  std::string remark{};              ///< which names were not known and went by position; "": none
};

/// Arguments with a name go by name, those without by position. Names that are not known are errors, or, with
/// `by_position`, go to the parameters that are left, in order, apart from those in `reserved`. Throws InputError.
Assignment assign(const Signature& signature, const std::vector<Argument>& arguments, bool by_position,
                  const std::vector<std::string>& reserved = {});

}  // namespace graphwitness::exec
