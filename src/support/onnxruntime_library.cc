#include "support/onnxruntime_library.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string_view>

namespace graphwitness {
namespace {

constexpr std::size_t kLooked = std::size_t{1} << 20U;  ///< the names of symbols stand near a library's start
constexpr std::size_t kStep = std::size_t{1} << 16U;
constexpr std::string_view kMark("\0VERS_", 6);

/// Where the system's loader looks first, for a name without a folder.
constexpr std::array kFolders{"/usr/local/lib/", "/usr/lib/" GRAPHWITNESS_LIBRARY_ARCHITECTURE "/", "/usr/lib/"};

}  // namespace

std::vector<std::string> onnxruntime_libraries() {
  if (const char* chosen = std::getenv(kOnnxRuntimeVariable); chosen != nullptr && *chosen != '\0') return {chosen};
  std::vector<std::string> names{"libonnxruntime.so.1", "libonnxruntime.so"};
  std::error_code ignored;
  if (std::filesystem::exists(GRAPHWITNESS_ONNXRUNTIME_LIBRARY, ignored)) {
    names.insert(names.begin(), GRAPHWITNESS_ONNXRUNTIME_LIBRARY);
  }
  return names;
}

std::string onnxruntime_version(const std::string& library) {
  std::ifstream file(library, std::ios::binary);
  std::string start;
  while (file && start.size() < kLooked) {  // mostly the first step has it
    const std::size_t known = start.size();
    start.resize(known + kStep);
    file.read(start.data() + known, static_cast<std::streamsize>(kStep));
    start.resize(known + static_cast<std::size_t>(std::max<std::streamsize>(0, file.gcount())));
    const std::size_t mark = start.find(kMark);
    const std::size_t end = mark == start.npos ? mark : start.find('\0', mark + kMark.size());
    if (end != start.npos) return start.substr(mark + kMark.size(), end - mark - kMark.size());
  }
  return {};
}

std::string onnxruntime_version_in_use() {
  for (const std::string& name : onnxruntime_libraries()) {
    if (name.find('/') != name.npos) return onnxruntime_version(name);
    for (const char* folder : kFolders) {
      if (std::string version = onnxruntime_version(folder + name); !version.empty()) return version;
    }
  }
  return {};
}

}  // namespace graphwitness
