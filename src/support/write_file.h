#pragma once
/// Writes a whole file or nothing: to a temporary file beside it, which is then renamed. What is no regular file
/// (`/dev/stdout`, a pipe) is written to as it is.

#include <string>
#include <string_view>

namespace graphwitness {

/// Throws InputError that names the file.
void write_whole_file(const std::string& path, std::string_view content);

}  // namespace graphwitness
