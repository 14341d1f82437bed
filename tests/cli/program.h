#pragma once
/// Runs the program as a user does.

#include <string>
#include <vector>

namespace graphwitness {

struct Ran {
  int status = -1;
  std::string out;
  std::string err;
};

/// The arguments are given as they are; nothing is expanded.
Ran graphwitness(const std::vector<std::string>& arguments);

/// A file below fixtures/.
std::string fixture(const std::string& path);

}  // namespace graphwitness
