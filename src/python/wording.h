#pragma once
/// Phrases that findings about Python source share.

#include <string>

#include "python/values.h"

namespace graphwitness::python {

/// "`x`", or "a tensor" for what has no name.
std::string named(const Value& value);
/// "the data of `x`", "the shape of `x`".
std::string cause(const Value& value);
/// Wrong for other data is an error, all else a warning.
Weight weight_of(Labels labels);

}  // namespace graphwitness::python
