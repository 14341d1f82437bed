#include "support/write_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "graphwitness/support/error.h"
#include "support/file_handle.h"

namespace graphwitness {
namespace {

[[noreturn]] void fail(const std::string& path) {
  throw InputError("`" + path + "` cannot be written: " + std::strerror(errno));
}

bool write_all(int descriptor, std::string_view content) {
  while (!content.empty()) {
    const ssize_t count = write(descriptor, content.data(), content.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    content.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

/// The rights that a new file gets from open(); mkstemp() gives less.
mode_t usual_mode() {
  const mode_t mask = umask(0);
  umask(mask);
  return 0666 & ~mask;
}

/// The file that a link leads to, so that the link stays one.
std::string followed(const std::string& path) {
  std::error_code error;
  const std::filesystem::path target = std::filesystem::canonical(path, error);
  return error ? path : target.string();
}

}  // namespace

void write_whole_file(const std::string& path, std::string_view content) {
  struct stat info {};
  const bool exists = stat(path.c_str(), &info) == 0;
  if (exists && !S_ISREG(info.st_mode)) {
    const FileHandle file(open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (!file || !write_all(file.get(), content)) fail(path);
    return;
  }
  const std::string target = exists ? followed(path) : path;
  std::string temporary = target + ".XXXXXX";
  const FileHandle file(mkostemp(temporary.data(), O_CLOEXEC));
  if (!file) fail(path);
  const bool written = fchmod(file.get(), exists ? info.st_mode & 07777 : usual_mode()) == 0 &&
                       write_all(file.get(), content) && std::rename(temporary.c_str(), target.c_str()) == 0;
  if (written) return;
  const int error = errno;
  unlink(temporary.c_str());
  errno = error;
  fail(path);
}

}  // namespace graphwitness
