#pragma once
/// The Python text that an archive carries, line by line: a small reader for what the script compiler folded away
/// (`int(...)` around a size, `isinstance(size, int)`, `torch.jit.is_tracing()`).
///
/// It reads text, not Python: comments are left out, strings are not told from code. Where the text does not decide,
/// callers stay silent.

#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "graphwitness/ir/graph.h"

namespace graphwitness {

class SourceLines {
 public:
  explicit SourceLines(const Graph& graph);

  /// One line without its comment; "" when the archive does not carry it.
  std::string_view line(Symbol file, std::uint32_t number) const;

  struct Place {
    Symbol file;
    std::uint32_t line = 0;
  };
  /// Every carried line, in order of the texts.
  const std::vector<Place>& places() const { return places_; }

  /// The expression at this place is the argument of a call of `int`.
  bool is_inside_int(const Location& place) const;
  /// The line calls `int` on the variable of that name.
  bool calls_int_on(const Location& place, std::string_view name) const;

 private:
  std::unordered_map<std::uint64_t, std::string_view> lines_;
  std::vector<Place> places_;
};

/// Text of the call's arguments when `name(` stands in the line, as a word of its own; "" otherwise.
std::string_view arguments_of(std::string_view line, std::string_view name);

}  // namespace graphwitness
