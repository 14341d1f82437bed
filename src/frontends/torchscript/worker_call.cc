#include "frontends/torchscript/worker_call.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <string_view>

#include "graphwitness/ir/text.h"
#include "graphwitness/support/error.h"
#include "support/escape.h"
#include "support/program_files.h"

namespace graphwitness {
namespace {

constexpr std::string_view kGraphFollows = "ok\n";
constexpr std::string_view kErrorFollows = "error\n";
constexpr std::size_t kLongestWords = 300;

/// The line of a worker's output that is most likely to say why it died: what an exception said, or the last one that
/// is no frame of a stack trace.
std::string_view telling_line(std::string_view text) {
  std::string_view telling;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    constexpr std::string_view kException = "what():";
    if (line.starts_with(kException)) {
      line.remove_prefix(kException.size());
      line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
      return line;
    }
    if (!line.empty() && !line.starts_with("frame #")) telling = line;
  }
  return telling;
}

std::string last_words(const SubprocessOutcome& outcome) {
  const std::string_view line = telling_line(outcome.output);
  return line.empty() ? "" : fmt::format("; it said: `{}`", shortened(printable(line), kLongestWords));
}

std::string in_gibibytes(std::uint64_t bytes) {
  return fmt::format("{:.1f} GiB", static_cast<double>(bytes) / static_cast<double>(1U << 30U));
}

std::string of_signal(int signal) {
  const char* name = sigabbrev_np(signal);
  const std::string shown = name != nullptr ? fmt::format("SIG{}", name) : fmt::format("signal {}", signal);
  if (signal == SIGKILL) return shown + ", as the system does when memory runs out";
  const char* meaning = sigdescr_np(signal);
  return meaning != nullptr ? fmt::format("{} ({})", shown, meaning) : shown;
}

/// What became of a worker that gave no answer.
std::string failure(const SubprocessCommand& command, const SubprocessOutcome& outcome) {
  using End = SubprocessOutcome::End;
  switch (outcome.end) {
    case End::exited:
      return fmt::format("the worker reading it ended with status {} and without an answer{}", outcome.code,
                         last_words(outcome));
    case End::signalled:
      return fmt::format("the worker reading it was killed by {}{}", of_signal(outcome.code), last_words(outcome));
    case End::timed_out:
      return fmt::format("reading it took longer than the limit of {} s; raise `--timeout` if it is that large",
                         std::chrono::duration<double>(command.timeout).count());
    case End::out_of_memory:
      return fmt::format("reading it took more memory than the limit of {}; lower `-j` to give a worker more",
                         in_gibibytes(command.memory_limit));
    case End::result_too_big:
      return fmt::format("its graph takes more than the limit of {} as text", in_gibibytes(command.result_limit));
    case End::not_started:
      break;
  }
  return fmt::format("the program that reads TorchScript, `{}`, cannot be started: {}; is the installation complete?",
                     command.program.string(), std::strerror(outcome.code));
}

}  // namespace

SubprocessCommand torchscript_worker(const std::string& path, const LoadOptions& options) {
  SubprocessCommand command;
  command.program = torch_worker_program();
  command.arguments = {"load", path};
  command.timeout = options.timeout;
  command.memory_limit = options.memory_limit;
  return command;
}

Graph graph_from_worker(const SubprocessCommand& command, const SubprocessOutcome& outcome) {
  const bool answered = outcome.end == SubprocessOutcome::End::exited && outcome.code == 0;
  std::string_view answer = answered ? outcome.result.bytes() : std::string_view();
  if (answer.starts_with(kGraphFollows)) {
    answer.remove_prefix(kGraphFollows.size());
    return read_ir(answer, {.file = "the worker's answer"}).graph;
  }
  if (answer.starts_with(kErrorFollows)) {
    answer.remove_prefix(kErrorFollows.size());
    throw InputError(std::string(answer.substr(0, answer.find('\n'))));
  }
  throw InputError(failure(command, outcome));
}

}  // namespace graphwitness
