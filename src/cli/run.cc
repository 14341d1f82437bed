#include "cli/run.h"

#include "support/version.h"

namespace graphwitness {
namespace {

constexpr std::string_view kHelp = "usage: graphwitness --help | --version\n";

}  // namespace

int run_command_line(std::span<const std::string_view> arguments, std::ostream& out, std::ostream& err) {
  if (arguments.size() == 1 && arguments[0] == "--help") {
    out << kHelp;
    return 0;
  }
  if (arguments.size() == 1 && arguments[0] == "--version") {
    out << "graphwitness " << version() << '\n';
    return 0;
  }
  err << kHelp;
  return 2;
}

}  // namespace graphwitness
