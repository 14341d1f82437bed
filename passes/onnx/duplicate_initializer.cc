#include <algorithm>
#include <array>
#include <cstdint>
#include <fstream>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "graphwitness/rules/rule.h"
#include "rules/external_files.h"

namespace graphwitness {
namespace {

/// Smaller ones are not worth a word.
constexpr std::uint64_t kLeastBytes = 1024;

struct Carried {
  ValueId value;
  TensorId tensor;
};

/// Reads a tensor's bytes piece by piece; 0 at the end or when the file is too short.
class Pieces {
 public:
  Pieces(const Graph& graph, const Tensor& tensor)
      : file_(std::string(graph[tensor.file]), std::ios::binary), left_(tensor.length) {
    file_.seekg(static_cast<std::streamoff>(tensor.offset));
  }
  std::size_t next(std::array<char, 65536>& piece) {
    const std::uint64_t wanted = std::min<std::uint64_t>(piece.size(), left_);
    file_.read(piece.data(), static_cast<std::streamsize>(wanted));
    left_ -= wanted;
    return static_cast<std::size_t>(file_.gcount());
  }

 private:
  std::ifstream file_;
  std::uint64_t left_;
};

std::uint64_t hash_of(const Graph& graph, const Tensor& tensor) {
  Pieces pieces(graph, tensor);
  std::array<char, 65536> piece{};
  std::uint64_t hash = 0xcbf29ce484222325U;
  while (const std::size_t size = pieces.next(piece)) {
    for (std::size_t i = 0; i < size; ++i) hash = (hash ^ static_cast<unsigned char>(piece[i])) * 0x100000001b3U;
  }
  return hash;
}

bool same_bytes(const Graph& graph, const Tensor& a, const Tensor& b) {
  if (a.file == b.file && a.offset == b.offset) return true;
  Pieces first(graph, a);
  Pieces second(graph, b);
  std::array<char, 65536> left{};
  std::array<char, 65536> right{};
  while (const std::size_t size = first.next(left)) {
    if (second.next(right) != size ||
        !std::equal(left.begin(), left.begin() + static_cast<std::ptrdiff_t>(size), right.begin())) {
      return false;
    }
  }
  return true;
}

std::string name_of(const Graph& graph, const Carried& it) {
  return "`" + std::string(graph[graph[it.value].name]) + "`";
}

void run(RuleContext& context) {
  const Graph& graph = context.graph();
  if (graph.format() != Format::onnx || !context.options().reads_weights) return;
  std::map<std::tuple<TypeId, std::uint64_t>, std::vector<Carried>> alike;
  for (ValueId value : graph.all_values()) {
    if (graph[value].def != Value::Def::constant) continue;
    const TensorId id{graph[value].owner};
    const Tensor& tensor = graph[id];
    if (tensor.length >= kLeastBytes && may_be_opened(graph, tensor)) {
      alike[{tensor.type, tensor.length}].push_back({value, id});
    }
  }
  for (const auto& [key, group] : alike) {
    if (group.size() < 2) continue;
    std::map<std::uint64_t, Carried> first;
    for (const Carried& it : group) {
      const auto [known, is_new] = first.try_emplace(hash_of(graph, graph[it.tensor]), it);
      if (is_new || !same_bytes(graph, graph[known->second.tensor], graph[it.tensor])) continue;
      context.report({}, Severity::note,
                     "initializer " + name_of(graph, it) + " holds the same " +
                         std::to_string(graph[it.tensor].length) + " bytes as " + name_of(graph, known->second));
    }
  }
}

}  // namespace

extern constinit const Rule rule_duplicate_initializer{
    "duplicate-initializer", "initializers of an ONNX graph that hold the same data (with --weights)", run};

}  // namespace graphwitness
