#include "python/files.h"

#include <fstream>
#include <iterator>
#include <system_error>

namespace graphwitness::python {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kLargest = 4U << 20U;

std::string read(const fs::path& file) {
  std::error_code ignored;
  if (file.extension() != ".py" || !fs::is_regular_file(file, ignored) || fs::file_size(file, ignored) > kLargest)
    return {};
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

}  // namespace

const std::string& Files::text(const std::string& recorded) {
  const auto [at, is_new] = texts_.try_emplace(recorded);
  if (!is_new) return at->second;
  if (has_root_) {
    if (const std::optional<std::string>& found = root_.find(recorded)) at->second = read(folder_ / *found);
  }
  if (at->second.empty()) at->second = read(recorded);
  return at->second;
}

}  // namespace graphwitness::python
