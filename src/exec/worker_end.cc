#include "exec/worker_end.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>

#include "support/program_files.h"

namespace graphwitness::exec {
namespace {

constexpr std::size_t kLongestWords = 300;

/// The last line that the worker printed, for a hint at why it died.
std::string last_words(const SubprocessOutcome& outcome) {
  std::string_view text = outcome.output;
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
  const std::size_t start = text.rfind('\n');
  if (start != text.npos) text.remove_prefix(start + 1);
  if (text.empty() || outcome.output_cut) return {};
  std::string words(text.substr(0, kLongestWords));
  std::ranges::replace_if(
      words, [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
  return fmt::format(" (its last words: `{}`)", words);
}

std::string in_gibibytes(std::uint64_t bytes) {
  return fmt::format("{:.1f} GiB", static_cast<double>(bytes) / static_cast<double>(1U << 30U));
}

std::string of_signal(int signal) {
  const char* name = sigabbrev_np(signal);
  const char* meaning = sigdescr_np(signal);
  const std::string shown = name != nullptr ? fmt::format("SIG{}", name) : fmt::format("signal {}", signal);
  return meaning != nullptr ? fmt::format("{} ({})", shown, meaning) : shown;
}

}  // namespace

std::string worker_end(const SubprocessCommand& command, const SubprocessOutcome& outcome) {
  using End = SubprocessOutcome::End;
  switch (outcome.end) {
    case End::exited:
      return fmt::format("it ended the process that ran it with status {}{}", outcome.code, last_words(outcome));
    case End::signalled:
      return fmt::format("it was killed by {}{}", of_signal(outcome.code), last_words(outcome));
    case End::timed_out:
      return fmt::format("it took longer than `--timeout`, {} s, and was stopped",
                         std::chrono::duration<double>(command.timeout).count());
    case End::out_of_memory:
      return fmt::format("it took more memory than `--memory`, {}, and was stopped",
                         in_gibibytes(command.memory_limit));
    case End::result_too_big:
      return fmt::format("its outputs take more than {}; run fewer samples", in_gibibytes(command.result_limit));
    case End::not_started:
      break;
  }
  if (command.program == onnx_worker_program() && outcome.code == ENOENT) {
    return "running ONNX models needs ONNX Runtime, which was not there when this program was built; run "
           "`scripts/fetch_onnxruntime.sh` and build again";
  }
  return fmt::format("the program that runs it, `{}`, cannot be started: {}; is the installation complete?",
                     command.program.string(), std::strerror(outcome.code));
}

}  // namespace graphwitness::exec
