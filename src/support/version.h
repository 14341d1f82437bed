#pragma once
/// The version of this program, and of the libraries that it was built with: asking the libraries themselves would
/// mean loading them.

#include <span>
#include <string_view>

namespace graphwitness {

std::string_view version();

struct LibraryVersion {
  std::string_view name;
  std::string_view version;
};
std::span<const LibraryVersion> library_versions();

}  // namespace graphwitness
