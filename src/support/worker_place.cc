#include "support/worker_place.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>

namespace graphwitness {
namespace {

constexpr int kResultDescriptor = 3;
constexpr int kTalkDescriptor = 4;
static_assert(kTalkDescriptor < kFirstFreeDescriptor);

void set_limit(int which, rlim_t value) {
  const rlimit limit{value, value};
  setrlimit(static_cast<__rlimit_resource>(which), &limit);
}

}  // namespace

void take_place(const WorkerPlace& place, [[maybe_unused]] OtherDescriptors others) {
  setsid();
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != place.parent) _exit(127);  // the parent died before it was watched

  dup2(place.input, STDIN_FILENO);
  dup2(place.output, STDOUT_FILENO);
  dup2(place.output, STDERR_FILENO);
  // Either may sit on the other's number: out of the way first.
  const int result = fcntl(place.result, F_DUPFD_CLOEXEC, kFirstFreeDescriptor);
  const int talk = place.talk < 0 ? -1 : fcntl(place.talk, F_DUPFD_CLOEXEC, kFirstFreeDescriptor);
  dup2(result, kResultDescriptor);
  if (talk >= 0) dup2(talk, kTalkDescriptor);
#ifdef SYS_close_range
  constexpr unsigned int kCloseOnExec = 1U << 2U;
  syscall(SYS_close_range, talk < 0 ? kTalkDescriptor : kTalkDescriptor + 1, ~0U,
          others == OtherDescriptors::close ? 0 : kCloseOnExec);
#endif

  set_limit(RLIMIT_CORE, 0);
  set_limit(RLIMIT_FSIZE, place.result_limit);
#ifndef __SANITIZE_ADDRESS__
  // Behind the watch on resident memory, for the time that the parent is busy elsewhere. Twice as much, since memory
  // that is reserved and never touched counts here.
  if (place.memory_limit != 0) set_limit(RLIMIT_DATA, 2 * place.memory_limit);
#endif
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  signal(SIGPIPE, SIG_DFL);
}

}  // namespace graphwitness
