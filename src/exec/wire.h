#pragma once
/// Values as bytes, between this program and its workers. A worker has run a model, so its bytes are believed only as
/// far as they bear themselves out: sizes against what is there, depth against kDeepestValue.
///
/// Limits: both ends are the same build on the same machine; the form has no version.

#include <string>
#include <string_view>

#include "exec/value.h"

namespace graphwitness::exec {

void encode(const Value& value, std::string& out);
/// Takes one value off the front of `bytes`. Throws InputError.
Value decode(std::string_view& bytes);

/// A frame is a length and that many bytes: what a worker writes in one go.
std::string frame(std::string_view bytes);
/// Takes one frame off the front; false when it is not there in full.
bool take_frame(std::string_view& bytes, std::string_view& content);

}  // namespace graphwitness::exec
