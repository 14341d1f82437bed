#pragma once
/// Recorded paths of Python files, found again below a folder on this machine.

#include <filesystem>
#include <map>
#include <optional>
#include <string>

namespace graphwitness::python {

/// Each path is looked for once.
class SourceRoot {
 public:
  explicit SourceRoot(std::filesystem::path folder) : folder_(std::move(folder)) {}

  /// The longest end of the path that is a file below the folder, relative to it; none when there is no such file.
  const std::optional<std::string>& find(const std::string& recorded);

 private:
  std::optional<std::string> look_for(const std::string& recorded) const;

  std::filesystem::path folder_;
  std::map<std::string, std::optional<std::string>> known_;
};

}  // namespace graphwitness::python
