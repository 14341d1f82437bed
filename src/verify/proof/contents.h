#pragma once
/// Constant tensors by what they hold: equal dtype, sizes, strides and bytes make equal tensors, wherever they lie.
///
/// This is the one place outside a worker that reads weights. Hashes only sort candidates: bytes are compared.
/// Limits: a file that changes between loading and proving can be read inconsistently.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "graphwitness/ir/graph.h"

namespace graphwitness::proof {

class Contents {
 public:
  /// Index of the tensor's content; none when its data is not in reach. Read once a tensor of a graph; graphs must
  /// outlive this.
  std::optional<std::uint32_t> index(const Graph& graph, TensorId tensor);

  struct Content {
    DType dtype = DType::unknown;
    std::vector<std::int64_t> sizes{};
    std::vector<std::int64_t> strides{};
    std::string inline_bytes{};  ///< when there is no file
    std::string file{};
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
  };
  const Content& operator[](std::uint32_t index) const { return contents_[index]; }
  /// Elements of a tensor without dimensions, as a number.
  std::optional<std::int64_t> integer_of(std::uint32_t index) const;
  std::optional<double> floating_of(std::uint32_t index) const;

 private:
  std::optional<std::uint32_t> look_up(const Graph& graph, TensorId tensor);

  std::vector<Content> contents_;
  std::map<std::pair<const Graph*, TensorId>, std::optional<std::uint32_t>> known_;
  std::unordered_multimap<std::uint64_t, std::uint32_t> by_hash_;
};

}  // namespace graphwitness::proof
