#pragma once
/// Writes small zip archives for tests: entries stored, check sums left at zero.

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace graphwitness {

inline std::string little_endian(std::uint64_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i));
  return text;
}

/// An archive of empty entries of these names.
inline std::string zip_of(const std::vector<std::string>& names) {
  std::string file;
  std::string directory;
  for (const std::string& name : names) {
    const std::string size = little_endian(name.size(), 2);
    directory +=
        "PK\x01\x02" + std::string(24, '\0') + size + std::string(12, '\0') + little_endian(file.size(), 4) + name;
    file += "PK\x03\x04" + std::string(22, '\0') + size + std::string(2, '\0') + name;
  }
  const std::string count = little_endian(names.size(), 2);
  const std::string end = "PK\x05\x06" + std::string(4, '\0') + count + count + little_endian(directory.size(), 4) +
                          little_endian(file.size(), 4) + std::string(2, '\0');
  return file + directory + end;
}

/// What PyTorch writes for a TorchScript archive, as far as names go.
inline std::string torchscript_names() {
  return zip_of({"m/data.pkl", "m/code/__torch__.py", "m/constants.pkl", "m/version"});
}

inline std::string write_file(const std::filesystem::path& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
  return path.string();
}

}  // namespace graphwitness
