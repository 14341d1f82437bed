#include "analysis/tuple_leaves.h"

namespace graphwitness {
namespace {

constexpr std::size_t kMostLeaves = 256;

}  // namespace

std::span<const TypeId> TupleLeaves::of(TypeId type) const {
  if (!type || graph_[type].kind != Type::Kind::tuple) return {};
  const auto [entry, fresh] = leaves_.try_emplace(type.raw);
  if (fresh) entry->second = flatten(type);
  return entry->second;
}

std::uint32_t TupleLeaves::width(TypeId type) const {
  const auto leaves = of(type);
  return leaves.empty() ? 1 : static_cast<std::uint32_t>(leaves.size());
}

std::vector<TypeId> TupleLeaves::flatten(TypeId type) const {
  std::vector<TypeId> leaves;
  std::vector<TypeId> pending{type};
  while (!pending.empty()) {
    const TypeId at = pending.back();
    pending.pop_back();
    const auto fields = graph_[graph_[at].args];
    if (graph_[at].kind != Type::Kind::tuple || fields.empty()) {
      leaves.push_back(at);
      if (leaves.size() > kMostLeaves) return {};
      continue;
    }
    pending.insert(pending.end(), fields.rbegin(), fields.rend());
  }
  return leaves;
}

}  // namespace graphwitness
