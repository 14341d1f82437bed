#include "support/subprocess.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <system_error>
#include <utility>

#include "support/process_memory.h"

namespace graphwitness {
namespace {

constexpr int kResultDescriptor = 3;
constexpr int kTalkDescriptor = 4;
/// How often bounds are looked at while a worker runs.
constexpr int kLookMilliseconds = 20;

[[noreturn]] void fail(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

struct Pipe {
  FileHandle read;
  FileHandle write;
};

Pipe make_pipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) fail("pipe2");
  return {FileHandle(ends[0]), FileHandle(ends[1])};
}

/// All that the child needs, made before fork: between fork and exec only system calls are allowed.
struct Launch {
  const char* program;
  char* const* arguments;
  int input;
  int talk;
  int result;
  int output;
  int failure;
  pid_t parent;
  rlim_t result_limit;
  rlim_t memory_limit;
};

void set_limit(int which, rlim_t value) {
  const rlimit limit{value, value};
  setrlimit(static_cast<__rlimit_resource>(which), &limit);
}

[[noreturn]] void become_worker(const Launch& launch) {
  setsid();
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != launch.parent) _exit(127);  // the parent died before it was watched

  dup2(launch.input, STDIN_FILENO);
  dup2(launch.output, STDOUT_FILENO);
  dup2(launch.output, STDERR_FILENO);
  // Any of these may sit on another's number: out of the way first. The copies close themselves when exec succeeds.
  const int failure = fcntl(launch.failure, F_DUPFD_CLOEXEC, kTalkDescriptor + 1);
  const int result = fcntl(launch.result, F_DUPFD_CLOEXEC, kTalkDescriptor + 1);
  const int talk = launch.talk < 0 ? -1 : fcntl(launch.talk, F_DUPFD_CLOEXEC, kTalkDescriptor + 1);
  dup2(result, kResultDescriptor);
  if (talk >= 0) dup2(talk, kTalkDescriptor);
#ifdef SYS_close_range
  constexpr unsigned int kCloseOnExec = 1U << 2U;
  syscall(SYS_close_range, talk < 0 ? kTalkDescriptor : kTalkDescriptor + 1, ~0U, kCloseOnExec);
#endif

  set_limit(RLIMIT_CORE, 0);
  set_limit(RLIMIT_FSIZE, launch.result_limit);
#ifndef __SANITIZE_ADDRESS__
  // Behind the watch on resident memory, for the time that the parent is busy elsewhere. Twice as much, since memory
  // that is reserved and never touched counts here.
  if (launch.memory_limit != 0) set_limit(RLIMIT_DATA, 2 * launch.memory_limit);
#endif
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  signal(SIGPIPE, SIG_DFL);

  execv(launch.program, launch.arguments);
  const int error = errno;
  [[maybe_unused]] const ssize_t written = write(failure, &error, sizeof error);
  _exit(127);
}

}  // namespace

SubprocessResult::SubprocessResult(const FileHandle& file) {
  // A mapping that the worker could still shrink would be a trap: reading it would raise SIGBUS.
  if (fcntl(file.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) != 0) return;
  struct stat info {};
  if (fstat(file.get(), &info) != 0 || info.st_size == 0) return;
  const auto size = static_cast<std::size_t>(info.st_size);
  void* data = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.get(), 0);
  if (data == MAP_FAILED) return;
  data_ = data;
  size_ = size;
}

SubprocessResult::~SubprocessResult() {
  if (data_ != nullptr) munmap(data_, size_);
}

SubprocessResult::SubprocessResult(SubprocessResult&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

SubprocessResult& SubprocessResult::operator=(SubprocessResult&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

Subprocess::Subprocess(const SubprocessCommand& command) : command_(command), started_(Clock::now()) {
  std::string program = command_.program.string();
  std::vector<char*> arguments{program.data()};
  for (std::string& argument : command_.arguments) arguments.push_back(argument.data());
  arguments.push_back(nullptr);

  result_file_ = FileHandle(memfd_create("graphwitness-result", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!result_file_) fail("memfd_create");
  FileHandle null_input(open("/dev/null", O_RDONLY | O_CLOEXEC));
  if (!null_input) fail("/dev/null");
  Pipe output = make_pipe();
  Pipe failure = make_pipe();
  const int input = command_.input >= 0 ? command_.input : null_input.get();
  const Launch launch{.program = program.c_str(),
                      .arguments = arguments.data(),
                      .input = input,
                      .talk = command_.talk,
                      .result = result_file_.get(),
                      .output = output.write.get(),
                      .failure = failure.write.get(),
                      .parent = getpid(),
                      .result_limit = command_.result_limit,
                      .memory_limit = command_.memory_limit};
  pid_ = fork();
  if (pid_ < 0) fail("fork");
  if (pid_ == 0) become_worker(launch);

  output.write.reset();
  failure.write.reset();
  output_pipe_ = std::move(output.read);
  fcntl(output_pipe_.get(), F_SETFL, O_NONBLOCK);
  ended_ = FileHandle(static_cast<int>(syscall(SYS_pidfd_open, pid_, 0)));

  int error = 0;
  if (read(failure.read.get(), &error, sizeof error) != sizeof error) return;
  waitpid(pid_, nullptr, 0);
  pid_ = -1;
  outcome_.end = SubprocessOutcome::End::not_started;
  outcome_.code = error;
}

Subprocess::~Subprocess() {
  if (pid_ < 0) return;
  kill_group();
  waitpid(pid_, nullptr, 0);
}

void Subprocess::kill_group() const {
  kill(-pid_, SIGKILL);
  kill(pid_, SIGKILL);  // in case it died before it had a group
}

Subprocess::Descriptors Subprocess::descriptors() const { return {ended_.get(), output_pipe_.get()}; }

std::string Subprocess::result_from(std::size_t offset) const {
  struct stat info {};
  if (!result_file_ || fstat(result_file_.get(), &info) != 0) return {};
  const auto size = static_cast<std::size_t>(info.st_size);
  if (size <= offset) return {};
  std::string bytes(size - offset, '\0');
  const ssize_t count = pread(result_file_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
  bytes.resize(count < 0 ? 0 : static_cast<std::size_t>(count));
  return bytes;
}

void Subprocess::read_output() {
  std::array<char, 1U << 14U> buffer{};
  while (output_pipe_) {
    const ssize_t count = read(output_pipe_.get(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) return;
    if (count <= 0) {
      output_pipe_.reset();
      return;
    }
    const auto size = static_cast<std::size_t>(count);
    const std::size_t kept = std::min(size, command_.output_limit - outcome_.output.size());
    outcome_.output.append(buffer.data(), kept);
    if (kept < size) outcome_.output_cut = true;
    if (outcome_.output_cut) return;  // one bite a look, so that an endless talker does not outlive its time
  }
}

/// True when the process has ended and its end is noted.
bool Subprocess::reap() {
  int status = 0;
  if (waitpid(pid_, &status, WNOHANG) != pid_) return false;
  kill(-pid_, SIGKILL);  // what it may have left behind in its group
  pid_ = -1;
  using End = SubprocessOutcome::End;
  outcome_.end = WIFSIGNALED(status) ? End::signalled : End::exited;
  outcome_.code = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
  if (outcome_.end == End::signalled && outcome_.code == SIGXFSZ) outcome_.end = End::result_too_big;
  if (killed_for_ && outcome_.end == End::signalled && outcome_.code == SIGKILL) outcome_.end = *killed_for_;
  return true;
}

bool Subprocess::advance() {
  if (pid_ < 0) return true;
  // The end first: one that ended in time while nobody looked has not timed out.
  const bool ended = reap();
  read_output();
  if (ended) {
    outcome_.result = SubprocessResult(result_file_);
    return true;
  }
  if (killed_for_) return false;
  if (command_.timeout.count() != 0 && Clock::now() - started_ >= command_.timeout) {
    killed_for_ = SubprocessOutcome::End::timed_out;
  } else if (command_.memory_limit != 0 && resident_memory_of(pid_) > command_.memory_limit) {
    killed_for_ = SubprocessOutcome::End::out_of_memory;
  }
  if (killed_for_) kill_group();
  return false;
}

SubprocessOutcome Subprocess::take_outcome() { return std::move(outcome_); }

void wait_for_any(const std::vector<Subprocess*>& processes) {
  std::vector<pollfd> polled;
  for (const Subprocess* process : processes) {
    const Subprocess::Descriptors at = process->descriptors();
    if (at.ended >= 0) polled.push_back({at.ended, POLLIN, 0});
    if (at.output >= 0) polled.push_back({at.output, POLLIN, 0});
  }
  poll(polled.data(), polled.size(), kLookMilliseconds);
}

SubprocessOutcome run_subprocess(const SubprocessCommand& command) {
  Subprocess process(command);
  while (!process.advance()) wait_for_any({&process});
  return process.take_outcome();
}

}  // namespace graphwitness
