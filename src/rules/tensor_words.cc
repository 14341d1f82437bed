#include "rules/tensor_words.h"

namespace graphwitness {

std::string shape_text(const Graph& graph, const Type& type) {
  std::string text(name_of(type.dtype));
  text += '[';
  for (const Dim& dim : graph[type.dims]) {
    if (text.back() != '[') text += ", ";
    text += std::to_string(dim.extent);
  }
  return text + ']';
}

}  // namespace graphwitness
