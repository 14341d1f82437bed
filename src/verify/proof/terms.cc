#include "verify/proof/terms.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

namespace graphwitness::proof {
namespace {

std::uint64_t mix(std::uint64_t hash, std::uint64_t value) {
  hash ^= value + 0x9E37'79B9'7F4A'7C15U + (hash << 6U) + (hash >> 2U);
  return hash * 0xFF51'AFD7'ED55'8CCDU;
}

}  // namespace

Terms::Terms() { intern(""); }

std::uint32_t Terms::intern(std::string_view text) {
  const auto [entry, fresh] = name_ids_.try_emplace(std::string(text), static_cast<std::uint32_t>(names_.size()));
  if (fresh) names_.emplace_back(text);
  return entry->second;
}

TermId Terms::add(Term term, std::span<const TermId> arguments) {
  std::uint64_t hash = mix(static_cast<std::uint64_t>(term.kind), term.name);
  hash = mix(hash, static_cast<std::uint64_t>(term.bits));
  for (const TermId argument : arguments) hash = mix(hash, argument.raw);
  const auto [first, last] = by_hash_.equal_range(hash);
  for (auto entry = first; entry != last; ++entry) {
    const Term& known = terms_[entry->second.raw];
    if (known.kind == term.kind && known.name == term.name && known.bits == term.bits &&
        std::ranges::equal(this->arguments(entry->second), arguments)) {
      return entry->second;
    }
  }
  term.arguments = {static_cast<std::uint32_t>(arguments_.size()), static_cast<std::uint32_t>(arguments.size())};
  arguments_.insert(arguments_.end(), arguments.begin(), arguments.end());
  const TermId id(static_cast<std::uint32_t>(terms_.size()));
  terms_.push_back(term);
  by_hash_.emplace(hash, id);
  return id;
}

TermId Terms::floating(double value) {
  return add({.kind = Term::Kind::floating, .bits = std::bit_cast<std::int64_t>(value)}, {});
}

TermId Terms::operation(std::string_view name, std::span<const TermId> arguments) {
  // A copy: the span may lie in the pool that grows.
  const std::vector<TermId> own(arguments.begin(), arguments.end());
  return add({.kind = Term::Kind::operation, .name = intern(name)}, own);
}

TermId Terms::operation(std::string_view name, std::initializer_list<TermId> arguments) {
  return operation(name, std::span(arguments.begin(), arguments.size()));
}

TermId Terms::unique() { return add({.kind = Term::Kind::unique, .bits = uniques_++}, {}); }

std::span<const TermId> Terms::arguments(TermId term) const {
  const Slice<TermId> slice = terms_[term.raw].arguments;
  return std::span(arguments_).subspan(slice.first, slice.count);
}

bool Terms::is_operation(TermId term, std::string_view name) const {
  return terms_[term.raw].kind == Term::Kind::operation && this->name(term) == name;
}

std::optional<bool> Terms::boolean_of(TermId term) const {
  const Term& known = terms_[term.raw];
  return known.kind == Term::Kind::boolean ? std::optional(known.bits != 0) : std::nullopt;
}

std::optional<std::int64_t> Terms::integer_of(TermId term) const {
  const Term& known = terms_[term.raw];
  return known.kind == Term::Kind::integer ? std::optional(known.bits) : std::nullopt;
}

std::optional<double> Terms::floating_of(TermId term) const {
  const Term& known = terms_[term.raw];
  return known.kind == Term::Kind::floating ? std::optional(std::bit_cast<double>(known.bits)) : std::nullopt;
}

bool Terms::is_plain_constant(TermId term) const {
  switch (terms_[term.raw].kind) {
    case Term::Kind::none:
    case Term::Kind::boolean:
    case Term::Kind::integer:
    case Term::Kind::floating:
    case Term::Kind::string:
    case Term::Kind::device:
      return true;
    case Term::Kind::content:
    case Term::Kind::input:
    case Term::Kind::operation:
    case Term::Kind::unique:
      return false;
  }
  return false;
}

std::string Terms::spell(TermId term) const {
  const Term& known = terms_[term.raw];
  switch (known.kind) {
    case Term::Kind::none:
      return "`None`";
    case Term::Kind::boolean:
      return known.bits != 0 ? "`True`" : "`False`";
    case Term::Kind::integer:
      return fmt::format("`{}`", known.bits);
    case Term::Kind::floating:
      return fmt::format("`{}`", std::bit_cast<double>(known.bits));
    case Term::Kind::string:
      return fmt::format("the string `{}`", name(term));
    case Term::Kind::device:
      return fmt::format("the device `{}`", name(term));
    case Term::Kind::content:
      return "a constant tensor";
    case Term::Kind::input:
      return fmt::format("the input `{}`", name(term));
    case Term::Kind::operation:
      return fmt::format("`{}`", name(term));
    case Term::Kind::unique:
      break;
  }
  return "a value that the proof does not follow";
}

}  // namespace graphwitness::proof
