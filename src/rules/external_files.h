#pragma once
/// Files that an ONNX model keeps its weights in, and whether they may be opened at all.

#include <filesystem>
#include <optional>
#include <string_view>

#include "graphwitness/ir/graph.h"

namespace graphwitness {

/// The location leaves the model's folder by what it says.
bool climbs_out(const std::filesystem::path& location);

/// The file is a link, or lies behind one, to somewhere outside the folder.
bool links_out(const std::filesystem::path& file, const std::filesystem::path& folder);

/// The model's folder, when `file` is `location` in it.
std::optional<std::filesystem::path> folder_of(std::string_view file, std::string_view location);

/// The tensor's data lies in the model's own file, or in a regular one in its folder.
bool may_be_opened(const Graph& graph, const Tensor& tensor);

}  // namespace graphwitness
