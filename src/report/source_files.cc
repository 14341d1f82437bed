#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <system_error>
#include <vector>

#include "graphwitness/report/report.h"

namespace graphwitness {
namespace {

namespace fs = std::filesystem;

/// Finds recorded paths below one folder, each looked for once.
class SourceRoot {
 public:
  explicit SourceRoot(fs::path folder) : folder_(std::move(folder)) {}

  const std::string& shown(const std::string& recorded) {
    const auto [at, is_new] = known_.try_emplace(recorded, recorded);
    if (is_new) at->second = find(recorded);
    return at->second;
  }

 private:
  /// The longest end of the path that is a file below the folder: recorded on another machine, it starts elsewhere.
  std::string find(const std::string& recorded) const {
    const fs::path whole = fs::path(recorded).lexically_normal();
    for (auto from = whole.begin(); from != whole.end(); ++from) {
      fs::path end;
      bool climbs = false;
      for (auto part = from; part != whole.end(); ++part) {
        if (part->has_root_directory() || *part == "..") climbs = true;
        end /= *part;
      }
      std::error_code ignored;
      if (!climbs && fs::is_regular_file(folder_ / end, ignored)) return end.string();
    }
    return recorded;
  }

  fs::path folder_;
  std::map<std::string, std::string> known_;
};

/// Lines of Python files on this machine, each file read once.
class PythonLines {
 public:
  /// "" when there is no such file or line. Only `.py`: what an archive names must not bring other files into a log.
  std::string line(const fs::path& file, std::uint32_t number) {
    if (file.extension() != ".py" || number == 0) return {};
    const auto [at, is_new] = files_.try_emplace(file.string());
    if (is_new) at->second = read(file);
    return number <= at->second.size() ? at->second[number - 1] : std::string();
  }

 private:
  static constexpr std::uintmax_t kLargest = 4U << 20U;

  static std::vector<std::string> read(const fs::path& file) {
    std::vector<std::string> lines;
    std::error_code ignored;
    if (!fs::is_regular_file(file, ignored) || fs::file_size(file, ignored) > kLargest) return lines;
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
  }

  std::map<std::string, std::vector<std::string>> files_;
};

}  // namespace

void add_source_lines(Report& report, const std::string& source_root) {
  PythonLines python;
  for (ModelReport& model : report.models) {
    for (Finding& finding : model.findings) {
      SourceSpan& at = finding.at;
      if (at.text.empty() && !source_root.empty()) at.text = python.line(fs::path(source_root) / at.file, at.line);
      if (at.text.empty()) at.text = python.line(at.recorded_file, at.line);
    }
  }
}

void map_sources(Report& report, const std::string& source_root) {
  SourceRoot root(source_root);
  const auto map = [&](SourceSpan& at) {
    if (!at.recorded_file.empty()) at.file = root.shown(at.recorded_file);
  };
  for (ModelReport& model : report.models) {
    for (Finding& finding : model.findings) {
      map(finding.at);
      for (StackFrame& frame : finding.stack) map(frame.at);
      for (TrailStep& step : finding.trail) map(step.at);
      for (SourceSpan& place : finding.occurrences) map(place);
    }
  }
}

}  // namespace graphwitness
