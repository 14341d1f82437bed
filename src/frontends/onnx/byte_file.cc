#include "frontends/onnx/byte_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "graphwitness/support/error.h"

namespace graphwitness {

ByteFile::ByteFile(const std::string& path) : path_(path) {
  // Non-blocking: opening a pipe must not wait for a writer.
  descriptor_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor_ < 0) throw InputError("cannot open `" + path + "`: " + std::strerror(errno));
  struct stat status {};
  if (::fstat(descriptor_, &status) != 0 || !S_ISREG(status.st_mode)) {
    ::close(descriptor_);
    throw InputError("`" + path + "` is not a regular file, expected an ONNX model");
  }
  size_ = static_cast<std::uint64_t>(status.st_size);
}

ByteFile::~ByteFile() { ::close(descriptor_); }

void ByteFile::read(std::uint64_t position, void* out, std::size_t size) {
  auto* bytes = static_cast<std::uint8_t*>(out);
  while (size > 0) {
    const ssize_t got = ::pread(descriptor_, bytes, size, static_cast<off_t>(position));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw InputError("cannot read `" + path_ + "`: " + std::strerror(errno));
    if (got == 0) throw InputError("`" + path_ + "` became shorter while it was read; try again");
    bytes += got;
    position += static_cast<std::uint64_t>(got);
    size -= static_cast<std::size_t>(got);
  }
}

void ByteFile::fill(std::uint64_t position) {
  window_size_ = 0;
  const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(window_.size(), size_ - position));
  read(position, window_.data(), size);
  window_start_ = position;
  window_size_ = size;
}

void ByteFile::append(std::uint64_t first, std::uint64_t last, std::string& out) {
  if (first - window_start_ < window_size_ && last - window_start_ <= window_size_) {
    out.append(reinterpret_cast<const char*>(window_.data()) + (first - window_start_), last - first);
    return;
  }
  const std::size_t at = out.size();
  out.resize(at + (last - first));
  read(first, out.data() + at, last - first);
}

}  // namespace graphwitness
