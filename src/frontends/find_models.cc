#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "frontends/sniff.h"
#include "graphwitness/frontends/load.h"
#include "graphwitness/support/error.h"
#include "support/glob.h"

namespace graphwitness {
namespace {

namespace fs = std::filesystem;

/// An exported model. Graphs as text are no exports, and other tools print graphs that begin the same way.
bool is_model(const std::string& path) {
  try {
    const FileKind kind = sniff(path).kind;
    return kind == FileKind::torchscript || kind == FileKind::onnx;
  } catch (const InputError&) {
    return false;
  }
}

/// Regular files below a folder, sorted. Links to folders are not followed, so there is no going in circles.
std::vector<std::string> files_below(const std::string& folder, std::error_code& error) {
  std::vector<std::string> files;
  fs::recursive_directory_iterator at(folder, fs::directory_options::skip_permission_denied, error);
  while (!error && at != fs::recursive_directory_iterator()) {
    std::error_code ignored;
    if (at->path().filename().string().starts_with('.')) {
      at.disable_recursion_pending();
    } else if (at->is_regular_file(ignored)) {
      files.push_back(at->path().string());
    }
    at.increment(error);
  }
  std::ranges::sort(files);
  return files;
}

void find_below(const std::string& folder, FoundModels& found) {
  std::error_code error;
  const std::vector<std::string> files = files_below(folder, error);
  if (error) {
    found.errors.push_back({folder, fmt::format("the folder `{}` cannot be read: {}", folder, error.message())});
    return;
  }
  const std::size_t before = found.paths.size();
  std::ranges::copy_if(files, std::back_inserter(found.paths), is_model);
  const std::size_t models = found.paths.size() - before;
  found.passed_over += files.size() - models;
  if (models != 0) return;
  const std::string holds = files.empty() ? "is empty" : fmt::format("holds no model ({} other files)", files.size());
  found.errors.push_back({folder, fmt::format("the folder `{}` {}, expected TorchScript or ONNX in it; name another "
                                              "folder, or a file",
                                              folder, holds)});
}

/// Where a pattern must be looked into: the folder in front of its first part that is no name.
fs::path fixed_part(const fs::path& pattern) {
  fs::path fixed;
  for (const fs::path& part : pattern) {
    if (is_glob(part.string())) break;
    fixed /= part;
  }
  return fixed;
}

/// What a shell would have made of the pattern, but for hidden files and folders.
void find_matching(const std::string& pattern, FoundModels& found) {
  const fs::path folder = fixed_part(pattern);
  std::error_code error;
  const std::size_t before = found.paths.size();
  for (const std::string& file : files_below(folder.empty() ? "." : folder.string(), error)) {
    const std::string path = folder.empty() ? fs::path(file).lexically_normal().string() : file;
    if (glob_matches(pattern, path)) found.paths.push_back(path);
  }
  if (found.paths.size() != before) return;
  found.errors.push_back({pattern, fmt::format("`{}` matches no file", pattern)});
}

}  // namespace

FoundModels find_models(const std::vector<std::string>& named) {
  FoundModels found;
  for (const std::string& name : named) {
    std::error_code ignored;
    if (fs::is_directory(name, ignored)) {
      find_below(name, found);
    } else if (is_glob(name) && !fs::exists(name, ignored)) {
      find_matching(name, found);
    } else {
      found.paths.push_back(name);
    }
  }
  return found;
}

}  // namespace graphwitness
