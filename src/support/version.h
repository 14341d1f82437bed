#pragma once
/// The version of this program. Versions of the libraries in use are told by those that link them.

#include <string_view>

namespace graphwitness {

std::string_view version();

}  // namespace graphwitness
