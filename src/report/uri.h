#pragma once
/// Paths as URI references.

#include <string>
#include <string_view>

namespace graphwitness {

/// What a URI may not hold is percent-encoded; an absolute path gets the scheme `file`.
std::string uri_of(std::string_view path);

}  // namespace graphwitness
