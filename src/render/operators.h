#pragma once
/// What the picture knows of operators: their kind, which gives the colour, and the names of TorchScript's arguments,
/// which the IR does not hold. An unknown operator is `compute`, and its arguments have no names.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace graphwitness::picture {

enum class Category : std::uint8_t { input, output, compute, shape, container, control, module, join, unresolved };

Category category_of(std::string_view op);

/// "input weight bias" for a call with `count` arguments, or "" when unknown. TorchScript writes every argument out, so
/// another count means another overload.
std::string_view argument_names(std::string_view op, std::size_t count);

/// "conv2d" of "aten::conv2d"; other domains than aten, prim and onnx stay.
std::string_view short_op(std::string_view op);

}  // namespace graphwitness::picture
