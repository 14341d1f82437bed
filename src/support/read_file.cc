#include "support/read_file.h"

#include <filesystem>
#include <fstream>
#include <system_error>

#include "graphwitness/support/error.h"

namespace graphwitness {

std::string read_small_file(const std::string& path, std::size_t most) {
  std::error_code error;
  const auto kind = std::filesystem::status(path, error).type();
  if (kind == std::filesystem::file_type::not_found) throw InputError("`" + path + "` does not exist");
  if (kind == std::filesystem::file_type::directory) throw InputError("`" + path + "` is a folder, expected a file");
  std::ifstream file(path, std::ios::binary);
  std::string text(most + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad() || !file.is_open()) throw InputError("`" + path + "` cannot be read");
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > most) {
    throw InputError("`" + path + "` is larger than " + std::to_string(most) + " bytes, expected a small text file");
  }
  return text;
}

}  // namespace graphwitness
