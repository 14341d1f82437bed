#include "ir/carried_line.h"

#include <cstdint>

namespace graphwitness {
namespace {

/// What the script compiler writes itself stands in several files of this name.
constexpr std::string_view kCompilerFile = "<string>";

std::string_view line_of(std::string_view text, std::uint32_t number) {
  for (std::uint32_t line = 1; line < number; ++line) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
  return text.substr(0, text.find('\n'));
}

}  // namespace

std::string_view carried_line(const Graph& graph, const Location& frame) {
  if (graph[frame.file] == kCompilerFile) return {};
  for (const SourceText& source : graph.sources()) {
    if (source.file != frame.file || frame.line < source.first_line) continue;
    const std::string_view line = line_of(graph[source.text], frame.line - source.first_line + 1);
    if (!line.empty()) return line;
  }
  return {};
}

}  // namespace graphwitness
