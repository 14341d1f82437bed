#include "support/process_memory.h"

#include <sys/sysinfo.h>

#include <algorithm>
#include <fstream>
#include <initializer_list>
#include <limits>
#include <string>
#include <string_view>

namespace graphwitness {
namespace {

std::uint64_t number_in(const char* path) {
  std::uint64_t value = std::numeric_limits<std::uint64_t>::max();
  std::ifstream file(path);
  if (!(file >> value)) return std::numeric_limits<std::uint64_t>::max();  // "max", or no such group
  return value;
}

/// The sum of these lines of a process's status, in bytes.
std::uint64_t status_sum(const std::string& process, std::initializer_list<std::string_view> keys) {
  std::ifstream status("/proc/" + process + "/status");
  std::uint64_t kibibytes = 0;
  for (std::string key; status >> key;) {
    std::uint64_t value = 0;
    if (std::ranges::find(keys, key) != keys.end()) {
      status >> value;
      kibibytes += value;
    }
    status.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
  }
  return kibibytes * 1024;
}

}  // namespace

std::uint64_t resident_memory_of(pid_t process) {
  return status_sum(std::to_string(process), {"RssAnon:", "RssShmem:"});
}

std::uint64_t peak_memory_of_self() { return status_sum("self", {"VmHWM:"}); }

std::uint64_t usable_memory() {
  struct sysinfo info {};
  sysinfo(&info);
  const std::uint64_t machine = static_cast<std::uint64_t>(info.totalram) * info.mem_unit;
  return std::min(
      {machine, number_in("/sys/fs/cgroup/memory.max"), number_in("/sys/fs/cgroup/memory/memory.limit_in_bytes")});
}

}  // namespace graphwitness
