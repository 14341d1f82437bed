#include "rules/source_lines.h"

#include <algorithm>
#include <cctype>

namespace graphwitness {
namespace {

std::uint64_t key(Symbol file, std::uint32_t line) { return std::uint64_t{file.raw} << 32U | line; }

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

std::string_view trimmed_end(std::string_view text) {
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  return trimmed_end(text);
}

/// Up to a `#` that stands outside quotes.
std::string_view without_comment(std::string_view line) {
  char quote = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (quote != 0) {
      if (line[i] == quote) quote = 0;
    } else if (line[i] == '"' || line[i] == '\'') {
      quote = line[i];
    } else if (line[i] == '#') {
      return line.substr(0, i);
    }
  }
  return line;
}

bool ends_with_int_call(std::string_view text) {
  text = trimmed_end(text);
  if (!text.ends_with('(')) return false;
  text = trimmed_end(text.substr(0, text.size() - 1));
  if (!text.ends_with("int")) return false;
  const std::size_t before = text.size() - 3;
  return before == 0 || (!is_word(text[before - 1]) && text[before - 1] != '.');
}

/// Up to the parenthesis that closes, all of the text when none does.
std::string_view until_closed(std::string_view text) {
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '(' || text[i] == '[') ++depth;
    if (text[i] != ')' && text[i] != ']') continue;
    if (depth == 0) return text.substr(0, i);
    --depth;
  }
  return text;
}

}  // namespace

std::string_view arguments_of(std::string_view line, std::string_view name) {
  for (std::size_t at = line.find(name); at != std::string_view::npos; at = line.find(name, at + 1)) {
    if (at > 0 && is_word(line[at - 1])) continue;
    const std::string_view rest = line.substr(at + name.size());
    if (rest.starts_with('(')) return until_closed(rest.substr(1));
  }
  return {};
}

SourceLines::SourceLines(const Graph& graph) {
  for (const SourceText& source : graph.sources()) {
    std::string_view text = graph[source.text];
    for (std::uint32_t number = source.first_line; !text.empty(); ++number) {
      const std::size_t end = text.find('\n');
      const std::string_view line = without_comment(text.substr(0, end));
      if (lines_.try_emplace(key(source.file, number), line).second) places_.push_back({source.file, number});
      if (end == std::string_view::npos) break;
      text.remove_prefix(end + 1);
    }
  }
}

std::string_view SourceLines::line(Symbol file, std::uint32_t number) const {
  const auto found = lines_.find(key(file, number));
  return found == lines_.end() ? std::string_view{} : found->second;
}

bool SourceLines::is_inside_int(const Location& place) const {
  if (!place.file || place.column == 0) return false;
  const std::string_view text = line(place.file, place.line);
  const std::string_view before = text.substr(0, std::min<std::size_t>(place.column - 1, text.size()));
  if (!trimmed(before).empty()) return ends_with_int_call(before);
  return place.line > 1 && ends_with_int_call(line(place.file, place.line - 1));
}

bool SourceLines::calls_int_on(const Location& place, std::string_view name) const {
  if (!place.file || name.empty()) return false;
  std::string_view text = line(place.file, place.line);
  for (std::size_t at = text.find("int("); at != std::string_view::npos; at = text.find("int(", at + 1)) {
    if (!ends_with_int_call(text.substr(0, at + 4))) continue;
    if (trimmed(until_closed(text.substr(at + 4))) == name) return true;
  }
  return false;
}

}  // namespace graphwitness
