#pragma once
/// What the picture knows of operators: their kind, which gives the colour. An unknown operator is `compute`.

#include <cstdint>
#include <string_view>

namespace graphwitness::picture {

enum class Category : std::uint8_t {
  input,
  output,
  compute,
  shape,
  container,
  control,
  module,
  join,
  stub,  ///< stands for neighbours that are left out
  jump,  ///< an arrow goes on in another column
  unresolved,
};

Category category_of(std::string_view op);

/// Changes the list or dictionary that is its first operand.
bool changes_container(std::string_view op);

/// "conv2d" of "aten::conv2d"; other domains than aten, prim and onnx stay.
std::string_view short_op(std::string_view op);

}  // namespace graphwitness::picture
