#pragma once
/// Terms: what a proof says a value is, as an expression over inputs, constants and operations.
///
/// Hash-consed: two equal expressions are one term, so that equality of values is equality of ids. Two graphs that are
/// to be held against each other are evaluated into one table. Terms do not know what operations mean.

#include <cstdint>
#include <deque>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "graphwitness/ir/ids.h"

namespace graphwitness::proof {

using TermId = Id<struct TermTag>;

struct Term {
  enum class Kind : std::uint8_t {
    none,       ///< Python's None
    boolean,    ///< bits
    integer,    ///< bits
    floating,   ///< bits: the pattern of a double
    string,     ///< name
    device,     ///< name: "cpu"
    content,    ///< bits: a constant tensor, by index into Contents
    input,      ///< name: path of a tensor among the arguments
    operation,  ///< name, arguments
    unique,     ///< bits: a number; equal to nothing but itself
  };
  Kind kind = Kind::none;
  std::uint32_t name = 0;
  std::int64_t bits = 0;
  Slice<TermId> arguments{};
};

class Terms {
 public:
  Terms();

  TermId none() { return add({.kind = Term::Kind::none}, {}); }
  TermId boolean(bool value) { return add({.kind = Term::Kind::boolean, .bits = value ? 1 : 0}, {}); }
  TermId integer(std::int64_t value) { return add({.kind = Term::Kind::integer, .bits = value}, {}); }
  TermId floating(double value);
  TermId string(std::string_view value) { return add({.kind = Term::Kind::string, .name = intern(value)}, {}); }
  TermId device(std::string_view value) { return add({.kind = Term::Kind::device, .name = intern(value)}, {}); }
  TermId content(std::uint32_t index) { return add({.kind = Term::Kind::content, .bits = index}, {}); }
  TermId input(std::string_view path) { return add({.kind = Term::Kind::input, .name = intern(path)}, {}); }
  TermId operation(std::string_view name, std::span<const TermId> arguments);
  TermId operation(std::string_view name, std::initializer_list<TermId> arguments);
  TermId unique();

  const Term& operator[](TermId term) const { return terms_[term.raw]; }
  std::span<const TermId> arguments(TermId term) const;
  /// Of strings, devices, inputs and operations.
  std::string_view name(TermId term) const { return names_[terms_[term.raw].name]; }
  bool is_operation(TermId term, std::string_view name) const;
  bool is_none(TermId term) const { return terms_[term.raw].kind == Term::Kind::none; }

  std::optional<bool> boolean_of(TermId term) const;
  std::optional<std::int64_t> integer_of(TermId term) const;
  std::optional<double> floating_of(TermId term) const;
  /// None, a flag, a number, a string or a device.
  bool is_plain_constant(TermId term) const;
  std::uint32_t size() const { return static_cast<std::uint32_t>(terms_.size()); }
  /// For people: an operation by its name, a constant by its value.
  std::string spell(TermId term) const;

 private:
  std::uint32_t intern(std::string_view text);
  TermId add(Term term, std::span<const TermId> arguments);

  std::vector<Term> terms_;
  std::vector<TermId> arguments_;
  std::deque<std::string> names_;  ///< names stay where they are when more are added
  std::unordered_map<std::string, std::uint32_t> name_ids_;
  std::unordered_multimap<std::uint64_t, TermId> by_hash_;
  std::int64_t uniques_ = 0;
};

}  // namespace graphwitness::proof
