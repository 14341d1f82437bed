#include <filesystem>
#include <map>
#include <system_error>

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

}  // namespace

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
