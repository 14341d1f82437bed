#pragma once
/// Random access to a file's bytes through one small window, so that what is skipped is never read.
///
/// Reads with pread, not through a mapping: a file that shrinks meanwhile is an error, not a SIGBUS. Not for threads.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace graphwitness {

class ByteFile {
 public:
  /// Throws InputError unless `path` is a regular file that can be read.
  explicit ByteFile(const std::string& path);
  ~ByteFile();
  ByteFile(const ByteFile&) = delete;
  ByteFile& operator=(const ByteFile&) = delete;

  const std::string& path() const { return path_; }
  std::uint64_t size() const { return size_; }

  /// The byte at `position`, which must lie inside the file.
  std::uint8_t operator[](std::uint64_t position) {
    if (position - window_start_ >= window_size_) fill(position);
    return window_[position - window_start_];
  }
  /// Appends the bytes [first, last) to `out`.
  void append(std::uint64_t first, std::uint64_t last, std::string& out);

 private:
  void fill(std::uint64_t position);
  /// Reads exactly `size` bytes or throws.
  void read(std::uint64_t position, void* out, std::size_t size);

  std::string path_;
  int descriptor_ = -1;
  std::uint64_t size_ = 0;
  std::uint64_t window_start_ = 0;
  std::size_t window_size_ = 0;
  std::array<std::uint8_t, 1U << 15U> window_;
};

}  // namespace graphwitness
