#pragma once
/// Runs other programs of the house as workers, several side by side, each with bounds on time, memory and talk.
///
/// A worker gets /dev/null or a file of the caller's as standard input, a session of its own, a file for its result as
/// descriptor 3, and where the caller wants to talk with it while it runs, a socket as descriptor 4. Its result lies in
/// memory, so a worker never waits for its parent to read. Limits: Linux only; the memory bound counts what is resident
/// and the worker's own (not mapped files), and is looked at every few hundredths of a second while the parent waits.
/// Descendants of a worker die with it only as long as they stay in its process group.

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/file_handle.h"

namespace graphwitness {

struct SubprocessCommand {
  std::filesystem::path program;
  std::vector<std::string> arguments;
  int input = -1;                          ///< becomes standard input, stays the caller's; -1: /dev/null
  int talk = -1;                           ///< becomes descriptor 4, stays the caller's; -1: there is none
  std::chrono::milliseconds timeout{0};    ///< 0: none
  std::uint64_t memory_limit = 0;          ///< bytes; 0: none
  std::uint64_t result_limit = 1U << 30U;  ///< bytes; a worker that writes more gets SIGXFSZ
  std::size_t output_limit = 1U << 16U;    ///< bytes kept of standard output and error; the rest is thrown away
};

/// What a worker wrote to descriptor 3, mapped and sealed: the worker cannot change it any more.
class SubprocessResult {
 public:
  SubprocessResult() = default;
  explicit SubprocessResult(const FileHandle& file);
  ~SubprocessResult();
  SubprocessResult(SubprocessResult&& other) noexcept;
  SubprocessResult& operator=(SubprocessResult&& other) noexcept;

  std::string_view bytes() const { return {static_cast<const char*>(data_), size_}; }

 private:
  void* data_ = nullptr;
  std::size_t size_ = 0;
};

struct SubprocessOutcome {
  enum class End : std::uint8_t {
    exited,          ///< `code`: the exit status
    signalled,       ///< `code`: the signal
    timed_out,       ///< killed by us
    out_of_memory,   ///< killed by us
    result_too_big,  ///< killed by the system, on our bound
    not_started,     ///< `code`: the errno
  };
  End end = End::not_started;
  int code = 0;
  SubprocessResult result;
  std::string output;  ///< the first bytes of standard output and error, as they came
  bool output_cut = false;
};

/// One running worker. Destroying it kills what still runs.
class Subprocess {
 public:
  explicit Subprocess(const SubprocessCommand& command);
  ~Subprocess();
  Subprocess(const Subprocess&) = delete;
  Subprocess& operator=(const Subprocess&) = delete;

  /// Descriptors to wait for: `ended` becomes readable when the process ended, `output` when it said something.
  /// -1 where there is none (any more).
  struct Descriptors {
    int ended = -1;
    int output = -1;
  };
  Descriptors descriptors() const;

  /// Reads what is there, enforces the bounds, notes the end. Never waits. True when the outcome is known.
  bool advance();
  /// What it has written to descriptor 3 so far, from this byte on; before advance() has said true.
  std::string result_from(std::size_t offset) const;
  /// After advance() has said true.
  SubprocessOutcome take_outcome();

 private:
  using Clock = std::chrono::steady_clock;

  void read_output();
  bool reap();
  void kill_group() const;

  SubprocessCommand command_;
  Clock::time_point started_;
  pid_t pid_ = -1;  ///< -1: not started, or already waited for
  FileHandle ended_;
  FileHandle output_pipe_;
  FileHandle result_file_;
  std::optional<SubprocessOutcome::End> killed_for_;
  SubprocessOutcome outcome_;
};

/// Waits until at least one of them can advance, or a bound is worth looking at again.
void wait_for_any(const std::vector<Subprocess*>& processes);

/// Runs one program to its end.
SubprocessOutcome run_subprocess(const SubprocessCommand& command);

}  // namespace graphwitness
