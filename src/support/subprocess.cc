#include "support/subprocess.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
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

#include "support/nursery.h"
#include "support/process_memory.h"
#include "support/worker_place.h"

namespace graphwitness {
namespace {

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
  int failure;
  WorkerPlace place;
};

[[noreturn]] void become_worker(const Launch& launch) {
  // The error pipe may sit on another's number: out of the way first. It closes itself when exec succeeds.
  const int failure = fcntl(launch.failure, F_DUPFD_CLOEXEC, kFirstFreeDescriptor);
  take_place(launch.place, OtherDescriptors::close_on_exec);
  execv(launch.program, launch.arguments);
  const int error = errno;
  [[maybe_unused]] const ssize_t written = write(failure, &error, sizeof error);
  _exit(127);
}

/// The program's process; its errno where it cannot be started.
struct Started {
  pid_t pid = -1;
  int error = 0;
};

Started start(const SubprocessCommand& command, const WorkerPlace& place) {
  std::string program = command.program.string();
  std::vector<std::string> words = command.arguments;
  std::vector<char*> arguments{program.data()};
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  Pipe failure = make_pipe();
  const Launch launch{program.c_str(), arguments.data(), failure.write.get(), place};
  Started started{.pid = fork()};
  if (started.pid < 0) fail("fork");
  if (started.pid == 0) become_worker(launch);
  failure.write.reset();
  if (read(failure.read.get(), &started.error, sizeof started.error) != sizeof started.error) return {started.pid, 0};
  waitpid(started.pid, nullptr, 0);
  return {-1, started.error};
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
  result_file_ = FileHandle(memfd_create("graphwitness-result", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!result_file_) fail("memfd_create");
  const FileHandle null_input(open("/dev/null", O_RDONLY | O_CLOEXEC));
  if (!null_input) fail("/dev/null");
  Pipe output = make_pipe();
  output_pipe_ = std::move(output.read);
  fcntl(output_pipe_.get(), F_SETFL, O_NONBLOCK);
  const int input = command_.input >= 0 ? command_.input : null_input.get();
  const WorkerPlace place{.input = input,
                          .output = output.write.get(),
                          .result = result_file_.get(),
                          .talk = command_.talk,
                          .parent = getpid(),
                          .result_limit = command_.result_limit,
                          .memory_limit = command_.memory_limit};
  Nursery* nursery = Nursery::of(command_.program);
  if (const auto copy = nursery != nullptr ? nursery->copy(command_.arguments, place) : std::nullopt) {
    pid_ = *copy;
    started_ = Clock::now();
  } else {
    const Started started = start(command_, place);
    pid_ = started.pid;
    outcome_.code = started.error;
  }
  if (pid_ >= 0) ended_ = FileHandle(static_cast<int>(syscall(SYS_pidfd_open, pid_, 0)));
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
