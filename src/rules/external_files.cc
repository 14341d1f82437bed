#include "rules/external_files.h"

#include <system_error>

namespace graphwitness {

namespace fs = std::filesystem;

bool climbs_out(const fs::path& location) {
  const fs::path normal = location.lexically_normal();
  return normal.is_absolute() || (!normal.empty() && *normal.begin() == "..");
}

bool links_out(const fs::path& file, const fs::path& folder) {
  std::error_code error;
  const fs::path real = fs::canonical(file, error);
  const fs::path root = fs::canonical(folder.empty() ? fs::path(".") : folder, error);
  return !error && climbs_out(real.lexically_relative(root));
}

std::optional<fs::path> folder_of(std::string_view file, std::string_view location) {
  if (file == location) return fs::path();
  if (!file.ends_with(location) || file.size() == location.size()) return std::nullopt;
  if (file[file.size() - location.size() - 1] != '/') return std::nullopt;
  return fs::path(file.substr(0, file.size() - location.size()));
}

bool may_be_opened(const Graph& graph, const Tensor& tensor) {
  if (!tensor.file) return false;
  const fs::path file(graph[tensor.file]);
  std::error_code error;
  if (!fs::is_regular_file(file, error)) return false;
  for (const Property& property : graph.properties()) {
    if (graph[property.key] != "external_data") continue;
    const std::string_view location = graph[property.value];
    const auto folder = folder_of(graph[tensor.file], location);
    if (folder && (climbs_out(fs::path(location)) || links_out(file, *folder))) return false;
  }
  return true;
}

}  // namespace graphwitness
