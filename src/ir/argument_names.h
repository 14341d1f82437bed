#pragma once
/// Names of operators' arguments, which the graph does not hold: TorchScript's, and those of ONNX that take weights.

#include <cstddef>
#include <string_view>

namespace graphwitness {

/// "input weight bias" for a call with `count` arguments, or "" when unknown. TorchScript writes every argument out, so
/// another count means another overload.
std::string_view argument_names(std::string_view op, std::size_t count);

}  // namespace graphwitness
