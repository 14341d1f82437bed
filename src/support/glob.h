#pragma once
/// Patterns for names with parts: paths, where `/` separates, and modules, where `.` does.
///
/// `*` is any run of characters within a part, `**` any run at all, `?` one character within a part, `[a-z]` one of a
/// set (`[!a-z]` one that is not). Time is bounded by pattern times text, whatever the pattern.

#include <string_view>

namespace graphwitness {

/// Whether a text holds a character that is special in patterns.
bool is_glob(std::string_view text);

bool glob_matches(std::string_view pattern, std::string_view text, char separator = '/');

/// The same, or the pattern matches a name that `text` lies below: `encoder` covers `encoder.layer.0`.
bool glob_covers(std::string_view pattern, std::string_view text, char separator);

}  // namespace graphwitness
