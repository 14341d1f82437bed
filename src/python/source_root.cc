#include "python/source_root.h"

#include <system_error>

namespace graphwitness::python {

namespace fs = std::filesystem;

const std::optional<std::string>& SourceRoot::find(const std::string& recorded) {
  const auto [at, is_new] = known_.try_emplace(recorded);
  if (is_new) at->second = look_for(recorded);
  return at->second;
}

/// Recorded on another machine, a path starts elsewhere.
std::optional<std::string> SourceRoot::look_for(const std::string& recorded) const {
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
  return std::nullopt;
}

}  // namespace graphwitness::python
