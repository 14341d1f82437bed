#pragma once
/// Python files on this machine that a model names. Read, never executed; only `.py`, and none larger than 4 MiB: what
/// an archive names must not bring other files into a log, or cost more than the archive.

#include <filesystem>
#include <map>
#include <string>

#include "python/source_root.h"

namespace graphwitness::python {

class Files {
 public:
  /// `source_root` is looked in first; "": none.
  explicit Files(const std::string& source_root)
      : has_root_(!source_root.empty()), folder_(source_root), root_(source_root) {}

  /// Text of the file that was recorded under this path; "" when it is not at hand. Stays valid.
  const std::string& text(const std::string& recorded);

 private:
  bool has_root_;
  std::filesystem::path folder_;
  SourceRoot root_;
  std::map<std::string, std::string> texts_;
};

}  // namespace graphwitness::python
