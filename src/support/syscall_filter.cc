#include "support/syscall_filter.h"

#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>

namespace graphwitness {
namespace {

// Refused whatever their arguments are. A name that this machine's processor does not have is skipped.
constexpr std::array kRefused = {
    // the network, and what leads around a filter
    SCMP_SYS(socket),
    SCMP_SYS(socketpair),
    SCMP_SYS(connect),
    SCMP_SYS(bind),
    SCMP_SYS(listen),
    SCMP_SYS(accept),
    SCMP_SYS(accept4),
    SCMP_SYS(sendto),
    SCMP_SYS(sendmsg),
    SCMP_SYS(sendmmsg),
    SCMP_SYS(bpf),
    // other programs and processes
    SCMP_SYS(execve),
    SCMP_SYS(execveat),
    SCMP_SYS(fork),
    SCMP_SYS(vfork),
    SCMP_SYS(ptrace),
    SCMP_SYS(tkill),
    SCMP_SYS(rt_sigqueueinfo),
    SCMP_SYS(rt_tgsigqueueinfo),
    SCMP_SYS(pidfd_send_signal),
    SCMP_SYS(pidfd_getfd),
    SCMP_SYS(process_vm_readv),
    SCMP_SYS(process_vm_writev),
    SCMP_SYS(kcmp),
    SCMP_SYS(setpgid),
    SCMP_SYS(setsid),
    SCMP_SYS(shmget),
    SCMP_SYS(msgget),
    SCMP_SYS(semget),
    SCMP_SYS(mq_open),
    // changes to files by path
    SCMP_SYS(creat),
    SCMP_SYS(truncate),
    SCMP_SYS(rename),
    SCMP_SYS(renameat),
    SCMP_SYS(renameat2),
    SCMP_SYS(link),
    SCMP_SYS(linkat),
    SCMP_SYS(symlink),
    SCMP_SYS(symlinkat),
    SCMP_SYS(unlink),
    SCMP_SYS(unlinkat),
    SCMP_SYS(mkdir),
    SCMP_SYS(mkdirat),
    SCMP_SYS(rmdir),
    SCMP_SYS(mknod),
    SCMP_SYS(mknodat),
    SCMP_SYS(chmod),
    SCMP_SYS(fchmod),
    SCMP_SYS(fchmodat),
    SCMP_SYS(chown),
    SCMP_SYS(fchown),
    SCMP_SYS(lchown),
    SCMP_SYS(fchownat),
    SCMP_SYS(utime),
    SCMP_SYS(utimes),
    SCMP_SYS(utimensat),
    SCMP_SYS(futimesat),
    SCMP_SYS(setxattr),
    SCMP_SYS(lsetxattr),
    SCMP_SYS(fsetxattr),
    SCMP_SYS(removexattr),
    SCMP_SYS(lremovexattr),
    SCMP_SYS(fremovexattr),
    // the system as a whole
    SCMP_SYS(mount),
    SCMP_SYS(umount2),
    SCMP_SYS(move_mount),
    SCMP_SYS(open_tree),
    SCMP_SYS(fsopen),
    SCMP_SYS(pivot_root),
    SCMP_SYS(chroot),
    SCMP_SYS(unshare),
    SCMP_SYS(setns),
    SCMP_SYS(keyctl),
    SCMP_SYS(add_key),
    SCMP_SYS(request_key),
    SCMP_SYS(perf_event_open),
    SCMP_SYS(userfaultfd),
    SCMP_SYS(init_module),
    SCMP_SYS(finit_module),
    SCMP_SYS(kexec_load),
    SCMP_SYS(reboot),
    SCMP_SYS(swapon),
    SCMP_SYS(swapoff),
};

// Their arguments lie in memory, where a filter cannot look. Said to be missing, so that callers use the older call.
constexpr std::array kMissing = {SCMP_SYS(clone3), SCMP_SYS(openat2), SCMP_SYS(io_uring_setup)};

using Filter = std::unique_ptr<void, decltype(&seccomp_release)>;

bool refuse(scmp_filter_ctx filter, int call, const scmp_arg_cmp& condition) {
  return seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), call, 1, condition) == 0;
}

/// Opening a file for anything but reading.
bool refuse_opening_for_writing(scmp_filter_ctx filter, int call, unsigned int flags_argument) {
  const auto has = [&](scmp_datum_t mask, scmp_datum_t value) {
    return refuse(filter, call, {flags_argument, SCMP_CMP_MASKED_EQ, mask, value});
  };
  return has(O_ACCMODE, O_WRONLY) && has(O_ACCMODE, O_RDWR) && has(O_ACCMODE, O_ACCMODE) && has(O_CREAT, O_CREAT) &&
         has(O_TRUNC, O_TRUNC);
}

/// A process may signal itself (abort does) and start threads; nothing else of the kind.
bool refuse_other_processes(scmp_filter_ctx filter) {
  const auto self = static_cast<scmp_datum_t>(getpid());
  return refuse(filter, SCMP_SYS(kill), {0, SCMP_CMP_NE, self, 0}) &&
         refuse(filter, SCMP_SYS(tgkill), {0, SCMP_CMP_NE, self, 0}) &&
         refuse(filter, SCMP_SYS(prlimit64), {0, SCMP_CMP_NE, 0, 0}) &&
         refuse(filter, SCMP_SYS(clone), {0, SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0});
}

bool fill(scmp_filter_ctx filter) {
  for (const int call : kRefused) {
    if (call < 0) continue;
    if (seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), call, 0) != 0) return false;
  }
  for (const int call : kMissing) {
    if (seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), call, 0) != 0) return false;
  }
  return refuse_opening_for_writing(filter, SCMP_SYS(open), 1) &&
         refuse_opening_for_writing(filter, SCMP_SYS(openat), 2) && refuse_other_processes(filter);
}

}  // namespace

bool filter_system_calls() {
  const Filter filter(seccomp_init(SCMP_ACT_ALLOW), &seccomp_release);
  if (!filter) return false;
  if (seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_TSYNC, 1) != 0) return false;
  return fill(filter.get()) && seccomp_load(filter.get()) == 0;
}

}  // namespace graphwitness
