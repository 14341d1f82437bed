#pragma once
/// Where a command's result goes: collected, then written at once to standard output or to a file.

#include <sstream>

#include "cli/start/command.h"
#include "cli/start/options.h"

namespace graphwitness {

class Output {
 public:
  /// Throws UsageError for a colour that is none.
  Output(const Invocation& call, const OutputOptions& options);

  std::ostream& stream() { return text_; }
  /// Whether the result is for eyes that see colours.
  bool color() const { return color_; }
  /// Throws InputError when the result cannot be written.
  void finish();

 private:
  const Invocation& call_;
  const OutputOptions& options_;
  std::ostringstream text_;
  bool color_ = false;
};

/// Whether a person watches remarks and progress.
bool terminal_watches();

}  // namespace graphwitness
