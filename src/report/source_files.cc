#include <algorithm>
#include <string>
#include <string_view>

#include "graphwitness/report/diff.h"
#include "graphwitness/report/report.h"
#include "python/files.h"
#include "python/source_root.h"

namespace graphwitness {
namespace {

/// Lines of Python files on this machine.
class PythonLines {
 public:
  explicit PythonLines(const std::string& source_root) : files_(source_root) {}

  /// "" when there is no such file or line.
  std::string line(const std::string& recorded, std::uint32_t number) {
    std::string_view text = files_.text(recorded);
    for (; number > 1 && !text.empty(); --number) text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
    const std::string_view line = number == 0 ? std::string_view() : text.substr(0, text.find('\n'));
    return std::string(line.ends_with('\r') ? line.substr(0, line.size() - 1) : line);
  }

 private:
  python::Files files_;
};

void map_source(python::SourceRoot& root, SourceSpan& at) {
  if (at.recorded_file.empty()) return;
  const std::optional<std::string>& found = root.find(at.recorded_file);
  at.file = found.value_or(at.recorded_file);
  at.under_root = found.has_value();
}

}  // namespace

void add_source_lines(Report& report, const std::string& source_root) {
  PythonLines python(source_root);
  for (ModelReport& model : report.models) {
    for (Finding& finding : model.findings) {
      SourceSpan& at = finding.at;
      if (at.text.empty()) at.text = python.line(at.recorded_file, at.line);
    }
  }
}

void map_sources(Report& report, const std::string& source_root) {
  report.source_root = source_root;
  python::SourceRoot root(source_root);
  const auto map = [&](SourceSpan& at) { map_source(root, at); };
  for (ModelReport& model : report.models) {
    for (Finding& finding : model.findings) {
      map(finding.at);
      for (StackFrame& frame : finding.stack) map(frame.at);
      for (TrailStep& step : finding.trail) map(step.at);
      for (SourceSpan& place : finding.occurrences) map(place);
    }
  }
}

void map_sources(DiffReport& report, const std::string& source_root) {
  python::SourceRoot root(source_root);
  const auto map = [&](SourceSpan& at) { map_source(root, at); };
  for (GraphChange& change : report.changes) {
    map(change.at);
    for (ChangeLine& line : change.lines) map(line.at);
    for (TrailStep& step : change.trail) map(step.at);
    for (SourceSpan& place : change.occurrences) map(place);
  }
}

void add_source_lines(DiffReport& report, const std::string& source_root) {
  PythonLines python(source_root);
  for (GraphChange& change : report.changes) {
    for (ChangeLine& line : change.lines) {
      if (line.at.text.empty()) line.at.text = python.line(line.at.recorded_file, line.at.line);
    }
  }
}

}  // namespace graphwitness
