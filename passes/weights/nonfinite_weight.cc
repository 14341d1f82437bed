#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "graphwitness/rules/rule.h"

namespace graphwitness {
namespace {

struct Counts {
  std::uint64_t nan = 0;
  std::uint64_t infinite = 0;
  std::uint64_t elements = 0;
};

/// How a floating type is laid out: all bits of the exponent set is NaN or infinity, and the fraction tells which.
struct Layout {
  std::uint64_t exponent;
  std::uint64_t fraction;
};

std::optional<Layout> layout_of(DType dtype) {
  switch (dtype) {
    case DType::f16:
      return Layout{0x7C00, 0x03FF};
    case DType::bf16:
      return Layout{0x7F80, 0x007F};
    case DType::f32:
    case DType::c64:
      return Layout{0x7F80'0000, 0x007F'FFFF};
    case DType::f64:
    case DType::c128:
      return Layout{0x7FF0'0000'0000'0000, 0x000F'FFFF'FFFF'FFFF};
    default:
      return std::nullopt;
  }
}

/// Bytes of one number: half an element of a complex tensor.
std::size_t number_size(DType dtype) {
  const std::size_t size = byte_size(dtype);
  return dtype == DType::c64 || dtype == DType::c128 ? size / 2 : size;
}

void count(std::span<const char> bytes, std::size_t size, const Layout& layout, Counts& counts) {
  for (std::size_t at = 0; at + size <= bytes.size(); at += size) {
    std::uint64_t bits = 0;
    std::memcpy(&bits, bytes.data() + at, size);
    ++counts.elements;
    if ((bits & layout.exponent) != layout.exponent) continue;
    ((bits & layout.fraction) != 0 ? counts.nan : counts.infinite) += 1;
  }
}

Counts count_in_file(const Graph& graph, const Tensor& tensor, std::size_t size, const Layout& layout) {
  constexpr std::size_t kChunk = 1U << 20U;
  Counts counts;
  std::ifstream in(std::string(graph[tensor.file]), std::ios::binary);
  in.seekg(static_cast<std::streamoff>(tensor.offset));
  std::vector<char> buffer(kChunk);
  for (std::uint64_t left = tensor.length; left > 0 && in;) {
    in.read(buffer.data(), static_cast<std::streamsize>(std::min<std::uint64_t>(left, kChunk)));
    const auto got = static_cast<std::size_t>(in.gcount());
    if (got == 0) break;
    count({buffer.data(), got}, size, layout, counts);
    left -= got;
  }
  return counts;
}

/// The span in the file holds the tensor's elements and no others.
bool is_dense(const Graph& graph, const Tensor& tensor) {
  const Type& type = graph[tensor.type];
  std::uint64_t elements = 1;
  for (const Dim& dim : graph[type.dims]) elements *= static_cast<std::uint64_t>(std::max<std::int64_t>(dim.extent, 0));
  return elements * byte_size(type.dtype) == tensor.length;
}

void run(RuleContext& context) {
  if (!context.options().reads_weights) return;
  const Graph& graph = context.graph();
  for (TensorId id : graph.tensors()) {
    const Tensor& tensor = graph[id];
    const DType dtype = graph[tensor.type].dtype;
    const auto layout = layout_of(dtype);
    if (!layout) continue;
    const auto data = graph[tensor.data];
    Counts counts;
    if (!data.empty()) {
      count({reinterpret_cast<const char*>(data.data()), data.size()}, number_size(dtype), *layout, counts);
    } else if (tensor.file) {
      counts = count_in_file(graph, tensor, number_size(dtype), *layout);
    }
    if (counts.nan + counts.infinite == 0) continue;
    const std::string name(graph[tensor.name].empty() ? std::string_view("a constant") : graph[tensor.name]);
    std::string message = "`" + name + "` holds ";
    if (counts.nan != 0) message += std::to_string(counts.nan) + " NaN";
    if (counts.nan != 0 && counts.infinite != 0) message += " and ";
    if (counts.infinite != 0) message += std::to_string(counts.infinite) + " infinite";
    message += " of " + std::to_string(counts.elements) + " numbers";
    if (!is_dense(graph, tensor)) message += ", or the memory between its elements does";
    const bool is_constant = name.starts_with("constants/") || name == "a constant";  // -inf in masks is meant
    context.report({}, is_constant && counts.nan == 0 ? Severity::note : Severity::warning, std::move(message),
                   [](Finding& finding) {
                     finding.provenance = {"attribute"};
                     finding.fix =
                         "look at the training run, or at the conversion to a smaller dtype, that wrote the file";
                   });
  }
}

}  // namespace

extern constinit const Rule rule_nonfinite_weight{"nonfinite-weight",
                                                  "NaN or infinity in a weight (only with `--weights`)", run};

}  // namespace graphwitness
