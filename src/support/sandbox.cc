#include "support/sandbox.h"

#include <sys/prctl.h>

#include "support/landlock.h"
#include "support/syscall_filter.h"

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
