#include "frontends/onnx/locations.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace graphwitness {
namespace {

/// Takes text off the front up to `end`, which goes too; the whole rest when `end` does not occur.
std::string_view take_until(std::string_view& text, char end) {
  const std::size_t at = text.find(end);
  const std::string_view head = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
  return head;
}

std::string_view trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

std::optional<std::uint32_t> number(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// `file.py(12): function`
std::optional<SourceFrame> parse_traced(std::string_view line) {
  const std::size_t close = line.rfind("): ");
  if (close == std::string_view::npos) return std::nullopt;
  const std::size_t open = line.rfind('(', close);
  if (open == std::string_view::npos || open == 0) return std::nullopt;
  const auto line_number = number(line.substr(open + 1, close - open - 1));
  const std::string_view function = line.substr(close + 3);
  // Prose may have a number in brackets too.
  if (!line_number || line[open - 1] == ' ' || function.find(' ') != std::string_view::npos) return std::nullopt;
  return SourceFrame{.file = line.substr(0, open), .line = *line_number, .function = function};
}

/// `File "file.py", line 12` or `File "file.py", line 12, in function`
std::optional<SourceFrame> parse_python(std::string_view line) {
  constexpr std::string_view kFile = "File \"";
  constexpr std::string_view kLine = "\", line ";
  if (!line.starts_with(kFile)) return std::nullopt;
  line.remove_prefix(kFile.size());
  const std::size_t quote = line.rfind(kLine);
  if (quote == std::string_view::npos) return std::nullopt;
  SourceFrame frame;
  frame.file = line.substr(0, quote);
  line.remove_prefix(quote + kLine.size());
  const auto line_number = number(take_until(line, ','));
  if (!line_number) return std::nullopt;
  frame.line = *line_number;
  line = trim(line);
  if (line.starts_with("in ")) frame.function = line.substr(3);
  return frame;
}

/// `# file.py:12:4`, the column from 0
std::optional<SourceFrame> parse_comment(std::string_view line) {
  if (!line.starts_with("# ")) return std::nullopt;
  line.remove_prefix(2);
  const std::size_t second = line.rfind(':');
  if (second == std::string_view::npos || second == 0) return std::nullopt;
  const std::size_t first = line.rfind(':', second - 1);
  if (first == std::string_view::npos || first == 0) return std::nullopt;
  const auto line_number = number(line.substr(first + 1, second - first - 1));
  const auto column = number(line.substr(second + 1));
  if (!line_number || !column || *column == UINT32_MAX) return std::nullopt;
  SourceFrame frame;
  frame.file = line.substr(0, first);
  frame.line = *line_number;
  frame.column = *column + 1;
  return frame;
}

/// The marks under a snippet, `    ~~~~~ <--- HERE`, give the columns; the last of several lines has the arrow.
void add_columns(std::string_view line, SourceFrame& frame) {
  if (frame.column != 0) {
    frame.end_column = 0;  // marked over several lines
    return;
  }
  const std::size_t first = line.find('~');
  const std::size_t last = line.find_last_of('~');
  frame.column = static_cast<std::uint32_t>(first + 1);
  frame.end_column = static_cast<std::uint32_t>(last + 2);
}

bool is_marks(std::string_view line) {
  constexpr std::string_view kArrow = " <--- HERE";
  if (line.ends_with(kArrow)) line.remove_suffix(kArrow.size());
  const std::string_view marks = trim(line);
  return !marks.empty() && marks.find_first_not_of('~') == std::string_view::npos;
}

}  // namespace

std::vector<SourceFrame> parse_source_frames(std::string_view text) {
  std::vector<SourceFrame> frames;
  bool outermost_first = false;
  while (!text.empty()) {
    const std::string_view line = take_until(text, '\n');
    const std::string_view words = trim(line);
    if (const auto python = parse_python(words)) {
      outermost_first = true;
      frames.push_back(*python);
      continue;
    }
    if (outermost_first) {  // a line of source, or marks under it
      if (is_marks(line)) add_columns(line, frames.back());
      continue;
    }
    if (const auto traced = parse_traced(words)) frames.push_back(*traced);
    if (const auto comment = parse_comment(words)) frames.push_back(*comment);
  }
  if (outermost_first) std::ranges::reverse(frames);
  return frames;
}

ModulePath module_path_of_name(std::string_view node_name) {
  const std::size_t last_slash = node_name.rfind('/');
  if (!node_name.starts_with('/') || node_name.ends_with('/') || node_name.find("//") != std::string_view::npos) {
    return {};
  }
  ModulePath path{.known = true, .path = {}};
  std::string_view parents = node_name.substr(1, last_slash > 0 ? last_slash - 1 : 0);
  std::string_view previous;
  while (!parents.empty()) {
    const std::string_view name = take_until(parents, '/');
    std::string_view added = name;
    // A child of a container repeats the container's name: "layer1/layer1.0".
    if (!previous.empty() && name.starts_with(previous) && name.substr(previous.size()).starts_with('.')) {
      added.remove_prefix(previous.size() + 1);
    }
    if (!path.path.empty()) path.path += '.';
    path.path += added;
    previous = name;
  }
  return path;
}

ModulePath module_path_of_scopes(std::string_view scopes) {
  std::string_view last;
  std::string_view before_last;
  std::size_t count = 0;
  while (true) {
    const std::size_t open = scopes.find_first_of("'\"");
    if (open == std::string_view::npos) break;
    const char quote = scopes[open];
    scopes.remove_prefix(open + 1);
    before_last = last;
    last = take_until(scopes, quote);
    ++count;
  }
  if (count < 2) return {};
  return {.known = true, .path = std::string(before_last)};
}

}  // namespace graphwitness
