#pragma once
/// Writes small TorchScript archives for tests, whole or broken on purpose.

#include <cstdint>
#include <string>
#include <vector>

#include "zip_file.h"

namespace graphwitness {

struct Entry {
  std::string name;
  std::string bytes;
  std::uint16_t method = 0;
  std::uint32_t claimed = 0;  ///< size after inflating; 0: that of `bytes`
};

inline std::string zip_with(const std::vector<Entry>& entries) {
  std::string file;
  std::string directory;
  for (const Entry& entry : entries) {
    const std::uint64_t claimed = entry.claimed != 0 ? entry.claimed : entry.bytes.size();
    const std::string sizes = little_endian(entry.bytes.size(), 4) + little_endian(claimed, 4);
    const std::string method = little_endian(entry.method, 2);
    directory += "PK\x01\x02" + std::string(6, '\0') + method + std::string(8, '\0') + sizes +
                 little_endian(entry.name.size(), 2) + std::string(12, '\0') + little_endian(file.size(), 4) +
                 entry.name;
    file += "PK\x03\x04" + std::string(4, '\0') + method + std::string(8, '\0') + sizes +
            little_endian(entry.name.size(), 2) + std::string(2, '\0') + entry.name + entry.bytes;
  }
  const std::string count = little_endian(entries.size(), 2);
  return file + directory + "PK\x05\x06" + std::string(4, '\0') + count + count + little_endian(directory.size(), 4) +
         little_endian(file.size(), 4) + std::string(2, '\0');
}

/// A module `M` without attributes.
inline constexpr const char* kEmptyModule =
    "\x80\x02"
    "c__torch__\nM\n)\x81}(ub.";

inline std::vector<Entry> archive_of(const std::string& data, const std::string& code) {
  return {{.name = "m/data.pkl", .bytes = data},
          {.name = "m/code/__torch__.py", .bytes = code},
          {.name = "m/constants.pkl", .bytes = "\x80\x02)."},
          {.name = "m/version", .bytes = "3\n"},
          {.name = "m/data/0", .bytes = std::string(8, '\0')}};
}

}  // namespace graphwitness
