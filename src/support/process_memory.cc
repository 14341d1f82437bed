#include "support/process_memory.h"

#include <sys/sysinfo.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <string>

namespace graphwitness {
namespace {

std::uint64_t number_in(const char* path) {
  std::uint64_t value = std::numeric_limits<std::uint64_t>::max();
  std::ifstream file(path);
  if (!(file >> value)) return std::numeric_limits<std::uint64_t>::max();  // "max", or no such group
  return value;
}

}  // namespace

std::uint64_t resident_memory_of(pid_t process) {
  std::ifstream status("/proc/" + std::to_string(process) + "/status");
  std::uint64_t kibibytes = 0;
  for (std::string key; status >> key;) {
    std::uint64_t value = 0;
    if (key == "RssAnon:" || key == "RssShmem:") {
      status >> value;
      kibibytes += value;
    }
    status.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
  }
  return kibibytes * 1024;
}

std::uint64_t usable_memory() {
  struct sysinfo info {};
  sysinfo(&info);
  const std::uint64_t machine = static_cast<std::uint64_t>(info.totalram) * info.mem_unit;
  return std::min(
      {machine, number_in("/sys/fs/cgroup/memory.max"), number_in("/sys/fs/cgroup/memory/memory.limit_in_bytes")});
}

}  // namespace graphwitness
