#include "cli/start/output.h"

#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string_view>

#include "support/write_file.h"

namespace graphwitness {
namespace {

bool is_set(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

bool terminal_shows_colors() {
  const char* terminal = std::getenv("TERM");
  return isatty(STDOUT_FILENO) == 1 && !is_set("NO_COLOR") && terminal != nullptr &&
         std::string_view(terminal) != "dumb";
}

}  // namespace

Output::Output(const Invocation& call, const OutputOptions& options) : call_(call), options_(options) {
  constexpr std::array<std::string_view, 3> kColors{"auto", "always", "never"};
  require_one_of("--color", options.color, kColors);
  color_ = options.color == "always" || (options.color == "auto" && options.file.empty() && terminal_shows_colors());
}

void Output::finish() {
  const std::string text = std::move(text_).str();
  if (!options_.file.empty()) return write_whole_file(options_.file, text);
  call_.out << text << std::flush;
  if (!call_.out) throw InputError("the result cannot be written to standard output");
}

bool terminal_watches() { return isatty(STDERR_FILENO) == 1; }

}  // namespace graphwitness
