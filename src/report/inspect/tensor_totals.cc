#include "report/inspect/tensor_totals.h"

#include <optional>

namespace graphwitness {
namespace {

/// None when the shape is not known, or no file can hold so much.
std::optional<std::uint64_t> elements_of(const Graph& graph, const Type& type) {
  if (!type.ranked) return std::nullopt;
  std::uint64_t elements = 1;
  for (const Dim& dim : graph[type.dims]) {
    if (dim.extent < 0) return std::nullopt;
    if (__builtin_mul_overflow(elements, static_cast<std::uint64_t>(dim.extent), &elements)) return std::nullopt;
  }
  return elements;
}

}  // namespace

std::uint64_t TensorCounter::count(TensorId id, TensorTotals& totals) {
  const Tensor& tensor = graph_[id];
  const Place place =
      tensor.file ? Place{tensor.file.raw, tensor.offset, tensor.length} : Place{Symbol::kNone, id.raw, 0};
  if (!seen_.insert(place).second) return 0;
  ++totals.tensors;
  const Type& type = graph_[tensor.type];
  const std::optional<std::uint64_t> elements = elements_of(graph_, type);
  const std::uint64_t element_size = byte_size(type.dtype);
  if (!elements) {
    ++totals.unsized;
    totals.bytes += tensor.length;
    return 0;
  }
  totals.elements += *elements;
  std::uint64_t bytes = 0;
  const bool fits = element_size != 0 && !__builtin_mul_overflow(*elements, element_size, &bytes);
  totals.bytes += fits ? bytes : tensor.length;
  return *elements;
}

}  // namespace graphwitness
