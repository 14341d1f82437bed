#pragma once
/// The one exception for bad input: a file, a command line or a model that cannot be used as asked.

#include <stdexcept>
#include <string>

namespace graphwitness {

/// `what()` is one line for the user: what was found, what was expected, what to do. It ends up as exit code 2.
class InputError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace graphwitness
