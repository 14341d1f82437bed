#include "rules/output_structure.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace graphwitness {
namespace {

/// Types come from files: a bound instead of trust.
constexpr std::size_t kMostCompared = 1000;

bool tells(const Type& type) {
  return type.kind != Type::Kind::unknown && type.kind != Type::Kind::optional && type.kind != Type::Kind::opaque;
}

std::string in_words(const Type& type) {
  switch (type.kind) {
    case Type::Kind::none:
      return "None";
    case Type::Kind::tensor:
      return "a tensor";
    case Type::Kind::scalar:
      return "a Python number";
    case Type::Kind::list:
      return "a list";
    case Type::Kind::tuple:
      return "a tuple of " + std::to_string(type.args.count);
    case Type::Kind::dict:
      return "a dict";
    case Type::Kind::object:
      return "an object";
    case Type::Kind::unknown:
    case Type::Kind::optional:
    case Type::Kind::opaque:
      break;
  }
  return "something else";
}

}  // namespace

std::optional<StructureDifference> structure_difference(const Graph& left, TypeId left_type, const Graph& right,
                                                        TypeId right_type) {
  std::vector<std::pair<TypeId, TypeId>> pending{{left_type, right_type}};
  for (std::size_t compared = 0; !pending.empty() && compared < kMostCompared; ++compared) {
    const auto [left_id, right_id] = pending.back();
    pending.pop_back();
    const Type& ours = left[left_id];
    const Type& theirs = right[right_id];
    if (!tells(ours) || !tells(theirs)) continue;
    const bool same_length = ours.kind != Type::Kind::tuple || ours.args.count == theirs.args.count;
    if (ours.kind != theirs.kind || !same_length) return StructureDifference{in_words(ours), in_words(theirs)};
    const auto our_args = left[ours.args];
    const auto their_args = right[theirs.args];
    for (std::size_t i = std::min(our_args.size(), their_args.size()); i-- > 0;) {
      pending.emplace_back(our_args[i], their_args[i]);
    }
  }
  return std::nullopt;
}

}  // namespace graphwitness
