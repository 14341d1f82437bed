#include "report/snippet.h"

#include <algorithm>
#include <string_view>

#include "support/escape.h"

namespace graphwitness {
namespace {

constexpr std::size_t kWidest = 160;
constexpr std::size_t kBefore = 60;
constexpr std::string_view kCut = "...";

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

/// The start of the character that holds byte `at`, so that a cut never goes through one.
std::size_t character_start(std::string_view text, std::size_t at) {
  while (at > 0 && at < text.size() && continues_character(text[at])) --at;
  return std::min(at, text.size());
}

std::size_t width_of(std::string_view printable_text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(printable_text, [](char c) { return !continues_character(c); }));
}

}  // namespace

Snippet snippet_of(const SourceSpan& at) {
  std::string_view line = at.text;
  line = line.substr(0, line.find('\n'));
  while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.remove_suffix(1);
  if (line.empty()) return {};
  const bool has_column = at.column != 0 && at.column <= line.size();
  const std::size_t first = has_column ? at.column - 1 : 0;
  const std::size_t last = std::clamp<std::size_t>(at.end_column == 0 ? 0 : at.end_column - 1, first + 1, line.size());

  const std::size_t from = line.size() > kWidest && first > kBefore ? character_start(line, first - kBefore) : 0;
  const std::size_t to = character_start(line, std::min(line.size(), from + kWidest));
  const std::string before = (from == 0 ? "" : std::string(kCut)) + printable(line.substr(from, first - from));
  const std::size_t marked_to = std::min(last, to);
  const std::string marked = printable(line.substr(first, marked_to - first));
  const std::string after =
      printable(line.substr(marked_to, to - marked_to)) + (to == line.size() ? "" : std::string(kCut));

  Snippet snippet{before + marked + after, ""};
  if (has_column)
    snippet.mark =
        std::string(width_of(before), ' ') + '^' + std::string(std::max<std::size_t>(1, width_of(marked)) - 1, '~');
  return snippet;
}

}  // namespace graphwitness
