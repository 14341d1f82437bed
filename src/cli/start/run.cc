#include "cli/start/run.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <exception>
#include <new>
#include <vector>

#include "cli/start/explain.h"
#include "cli/start/options.h"
#include "graphwitness/support/error.h"
#include "support/onnxruntime_library.h"
#include "support/suggest.h"
#include "support/version.h"

namespace graphwitness {
namespace {

constexpr std::string_view kAbout =
    "graphwitness checks exported neural-network graphs: what the export lost, on which line of the Python, and why\n"
    "\n"
    "usage: graphwitness COMMAND [OPTIONS] ...\n"
    "\n"
    "commands:\n";

constexpr std::string_view kMore =
    "\n"
    "graphwitness COMMAND --help shows a command's options and an example.\n"
    "graphwitness --version prints the versions of this program and of the libraries it was built with.\n"
    "\n"
    "exit status: 0 done; 1 findings, or what differs; 2 wrong usage, or a model that cannot be read\n";

void print_help(std::ostream& out) {
  out << kAbout;
  for (const Command& command : all_commands()) out << fmt::format("  {:<10} {}\n", command.name, command.summary);
  out << kMore;
}

void print_versions(std::ostream& out) {
  out << fmt::format("graphwitness {}\n", version());
  for (const LibraryVersion& library : library_versions()) out << fmt::format("{} {}\n", library.name, library.version);
  const std::string runtime = onnxruntime_version_in_use();
  out << fmt::format("ONNX Runtime {}\n", runtime.empty() ? "not found" : runtime);
}

[[noreturn]] void unknown_command(std::string_view typed) {
  std::vector<std::string_view> names;
  for (const Command& command : all_commands()) names.push_back(command.name);
  throw UsageError(fmt::format("unknown command `{}`{}", typed, did_you_mean(typed, names)));
}

int run_command(std::string_view name, Invocation& call, RunCommand run_other) {
  const auto commands = all_commands();
  const auto found = std::ranges::find(commands, name, &Command::name);
  if (found == commands.end()) unknown_command(name);
  return name == "explain" ? run_explain(*found, call) : run_other(*found, call);
}

}  // namespace

int run_command_line(std::span<const std::string_view> arguments, std::ostream& out, std::ostream& err,
                     RunCommand run_other) {
  const std::string_view first = arguments.empty() ? std::string_view() : arguments.front();
  if (first.empty() || first == "--help" || first == "-h" || first == "help") {
    print_help(first.empty() ? err : out);
    return first.empty() ? exit_error : exit_done;
  }
  if (first == "--version") {
    print_versions(out);
    return exit_done;
  }
  Invocation call{arguments.subspan(1), out, err};
  const bool is_command = !first.starts_with('-');
  try {
    return run_command(first, call, run_other);
  } catch (const UsageError& error) {
    const std::string of = is_command ? fmt::format(" {}", first) : "";
    err << fmt::format("error: {} (see `graphwitness{} --help`)\n", error.what(),
                       std::string_view(error.what()).starts_with("unknown command") ? "" : of);
  } catch (const InputError& error) {
    err << fmt::format("error: {}\n", error.what());
  } catch (const std::bad_alloc&) {
    err << "error: memory has run out\n";
  }
  return exit_error;
}

}  // namespace graphwitness
