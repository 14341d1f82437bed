#include "support/glob.h"

#include <cstdint>
#include <vector>

namespace graphwitness {
namespace {

struct Piece {
  enum class Kind : std::uint8_t { literal, any, set, within_part, across_parts };
  Kind kind = Kind::literal;
  char literal = 0;
  std::string_view set = {};  ///< what stands between the brackets
};

/// A bracket that is never closed stands for itself.
std::vector<Piece> pieces_of(std::string_view pattern) {
  std::vector<Piece> pieces;
  while (!pattern.empty()) {
    std::size_t length = 1;
    if (pattern.starts_with("**")) {
      length = 2;
      pieces.push_back({.kind = Piece::Kind::across_parts});
    } else if (pattern[0] == '*') {
      pieces.push_back({.kind = Piece::Kind::within_part});
    } else if (pattern[0] == '?') {
      pieces.push_back({.kind = Piece::Kind::any});
    } else if (const std::size_t end = pattern[0] == '[' ? pattern.find(']', 2) : pattern.npos; end != pattern.npos) {
      length = end + 1;
      pieces.push_back({.kind = Piece::Kind::set, .set = pattern.substr(1, end - 1)});
    } else {
      pieces.push_back({.kind = Piece::Kind::literal, .literal = pattern[0]});
    }
    pattern.remove_prefix(length);
  }
  return pieces;
}

bool holds(std::string_view set, char c) {
  const bool negated = set.starts_with('!') || set.starts_with('^');
  if (negated) set.remove_prefix(1);
  bool found = false;
  for (std::size_t i = 0; i < set.size(); ++i) {
    const bool is_range = i + 2 < set.size() && set[i + 1] == '-';
    const char last = is_range ? set[i + 2] : set[i];
    found = found || (set[i] <= c && c <= last);
    if (is_range) i += 2;
  }
  return found != negated;
}

/// All positions of the pattern that the text read so far may have led to, at once: no way back is ever needed.
class Matcher {
 public:
  Matcher(std::string_view pattern, char separator)
      : pieces_(pieces_of(pattern)), separator_(separator), now_(pieces_.size() + 1) {
    reach(now_, 0, true);
  }

  bool done() const { return now_[pieces_.size()] != 0; }

  void read(char c) {
    std::vector<std::uint8_t> next(pieces_.size() + 1);
    for (std::size_t i = 0; i < pieces_.size(); ++i) {
      if (now_[i] == 0) continue;
      const Piece& piece = pieces_[i];
      const bool stays =
          piece.kind == Piece::Kind::across_parts || (piece.kind == Piece::Kind::within_part && c != separator_);
      if (stays) reach(next, i, c == separator_);
      if (takes(piece, c)) reach(next, i + 1, c == separator_);
    }
    now_ = std::move(next);
  }

 private:
  bool takes(const Piece& piece, char c) const {
    switch (piece.kind) {
      case Piece::Kind::literal:
        return c == piece.literal;
      case Piece::Kind::any:
        return c != separator_;
      case Piece::Kind::set:
        return c != separator_ && holds(piece.set, c);
      case Piece::Kind::within_part:
      case Piece::Kind::across_parts:
        break;
    }
    return false;
  }

  bool is_separator(std::size_t i) const {
    return i < pieces_.size() && pieces_[i].kind == Piece::Kind::literal && pieces_[i].literal == separator_;
  }

  /// Runs may be empty. `a/**/b` is also `a/b`: a run that is a whole part may take its separator with it.
  void reach(std::vector<std::uint8_t>& positions, std::size_t first, bool part_begins) const {
    std::vector<std::size_t> pending{first};
    while (!pending.empty()) {
      const std::size_t i = pending.back();
      pending.pop_back();
      if (positions[i] != 0) continue;
      positions[i] = 1;
      if (i == pieces_.size()) continue;
      const bool across = pieces_[i].kind == Piece::Kind::across_parts;
      if (across || pieces_[i].kind == Piece::Kind::within_part) pending.push_back(i + 1);
      if (across && part_begins && (i == 0 || is_separator(i - 1)) && is_separator(i + 1)) pending.push_back(i + 2);
    }
  }

  std::vector<Piece> pieces_;
  char separator_;
  std::vector<std::uint8_t> now_;
};

}  // namespace

bool is_glob(std::string_view text) { return text.find_first_of("*?[") != text.npos; }

bool glob_matches(std::string_view pattern, std::string_view text, char separator) {
  Matcher matcher(pattern, separator);
  for (const char c : text) matcher.read(c);
  return matcher.done();
}

bool glob_covers(std::string_view pattern, std::string_view text, char separator) {
  Matcher matcher(pattern, separator);
  for (const char c : text) {
    if (c == separator && matcher.done()) return true;
    matcher.read(c);
  }
  return matcher.done();
}

}  // namespace graphwitness
