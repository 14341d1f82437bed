#pragma once
/// What LibTorch throws, as one line for people.

#include <exception>
#include <string>

namespace graphwitness::torchscript {

/// The first sentence and the line of the archive's code that it is about, without stack trace and C++ files.
std::string one_line(const std::exception& error);

}  // namespace graphwitness::torchscript
