#pragma once
/// Names of what a zip archive holds, read from its central directory alone: no entry is opened or unpacked. Reads
/// at most what the file holds, whatever sizes its headers claim. Archives in several parts are not read.

#include <string>
#include <vector>

namespace graphwitness {

struct ZipDirectory {
  /// False: no central directory is where one must be, as when the end of the file is missing.
  bool found = false;
  /// True: the record at the end is there, and the directory is not where it says.
  bool damaged = false;
  std::vector<std::string> names;  ///< in the directory's order
};

/// `descriptor` is open for reading, and can seek.
ZipDirectory read_zip_directory(int descriptor);

}  // namespace graphwitness
