#include "rules/places.h"

namespace graphwitness {
namespace {

std::string_view line_of(std::string_view text, std::uint32_t number) {
  for (std::uint32_t line = 1; line < number; ++line) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
  return text.substr(0, text.find('\n'));
}

std::string_view carried_line(const Graph& graph, const Location& frame) {
  for (const SourceText& source : graph.sources()) {
    if (source.file != frame.file || frame.line < source.first_line) continue;
    const std::string_view line = line_of(graph[source.text], frame.line - source.first_line + 1);
    if (!line.empty()) return line;
  }
  return {};
}

}  // namespace

std::vector<LocationId> frames_of(const Graph& graph, LocationId location) {
  std::vector<LocationId> frames;
  for (; location; location = graph[location].caller) frames.push_back(location);
  return frames;
}

LocationId shown_frame(const Graph& graph, LocationId location) {
  LocationId first;
  for (LocationId frame = location; frame; frame = graph[frame].caller) {
    if (!graph[frame].file) continue;
    if (!first) first = frame;
    if (!is_library_file(graph[graph[frame].file])) return frame;
  }
  return first;
}

SourceSpan span_of(const Graph& graph, LocationId id) {
  SourceSpan span;
  if (!id) return span;
  const Location& frame = graph[id];
  span.file = span.recorded_file = graph[frame.file];
  span.line = frame.line;
  span.column = frame.column;
  span.end_column = frame.end_column;
  span.text = carried_line(graph, frame);
  return span;
}

}  // namespace graphwitness
