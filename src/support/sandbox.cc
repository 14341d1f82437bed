#include "support/sandbox.h"

#include <sys/prctl.h>

#include "support/landlock.h"
#include "support/syscall_filter.h"

#ifdef __SANITIZE_ADDRESS__
/// The leak check at exit attaches to its own process as a debugger does, which the filter refuses.
extern "C" const char* __asan_default_options() { return "detect_leaks=0"; }
#endif

namespace graphwitness {

std::vector<std::string> apply_sandbox() {
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  std::vector<std::string> remarks;
  // In this order: the filter does not know Landlock's calls by name and lets them pass, but needs no second thread.
  if (!forbid_file_changes()) {
    remarks.emplace_back("this kernel has no Landlock: only the system call filter keeps a worker from changing files");
  }
  if (!filter_system_calls()) {
    remarks.emplace_back("this kernel filters no system calls: a worker is not kept from the network");
  }
  return remarks;
}

}  // namespace graphwitness
