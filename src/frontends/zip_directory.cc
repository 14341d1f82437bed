#include "frontends/zip_directory.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>

namespace graphwitness {
namespace {

// Records of the format, with their sizes up to the parts of variable length. All numbers are little-endian.
constexpr std::string_view kEnd("PK\x05\x06", 4);
constexpr std::size_t kEndSize = 22;
constexpr std::size_t kMaxComment = 0xFFFF;
constexpr std::string_view kEnd64("PK\x06\x06", 4);
constexpr std::size_t kEnd64Size = 56;
constexpr std::string_view kLocator64("PK\x06\x07", 4);
constexpr std::size_t kLocator64Size = 20;
constexpr std::string_view kEntry("PK\x01\x02", 4);
constexpr std::size_t kEntrySize = 46;
/// Stands for "see the 64-bit record".
constexpr std::uint64_t kElsewhere = 0xFFFF'FFFF;

std::uint64_t number(std::string_view bytes, std::size_t at, std::size_t size) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < size; ++i) value |= std::uint64_t{static_cast<unsigned char>(bytes[at + i])} << (8 * i);
  return value;
}

/// Fewer bytes than asked for at the end of the file.
std::string read_at(int descriptor, std::uint64_t offset, std::uint64_t size) {
  std::string bytes(size, '\0');
  std::size_t filled = 0;
  while (filled < bytes.size()) {
    const ssize_t count =
        pread(descriptor, bytes.data() + filled, bytes.size() - filled, static_cast<off_t>(offset + filled));
    if (count <= 0) break;
    filled += static_cast<std::size_t>(count);
  }
  bytes.resize(filled);
  return bytes;
}

struct Extent {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};

std::optional<Extent> extent64(int descriptor, std::string_view locator) {
  const std::string end = read_at(descriptor, number(locator, 8, 8), kEnd64Size);
  if (end.size() < kEnd64Size || !end.starts_with(kEnd64)) return std::nullopt;
  return Extent{number(end, 48, 8), number(end, 40, 8)};
}

/// Where the central directory lies, told by the record at the end of the file.
std::optional<Extent> find_directory(int descriptor, std::uint64_t file_size) {
  const std::uint64_t tail_size = std::min<std::uint64_t>(file_size, kEndSize + kMaxComment + kLocator64Size);
  const std::string tail = read_at(descriptor, file_size - tail_size, tail_size);
  const std::size_t at = tail.size() < kEndSize ? tail.npos : tail.rfind(kEnd, tail.size() - kEndSize);
  if (at == tail.npos) return std::nullopt;
  const Extent extent{number(tail, at + 16, 4), number(tail, at + 12, 4)};
  if (extent.offset != kElsewhere && extent.size != kElsewhere) return extent;
  if (at < kLocator64Size || !std::string_view(tail).substr(at - kLocator64Size).starts_with(kLocator64)) return extent;
  return extent64(descriptor, std::string_view(tail).substr(at - kLocator64Size, kLocator64Size));
}

}  // namespace

ZipDirectory read_zip_directory(int descriptor) {
  struct stat info {};
  if (fstat(descriptor, &info) != 0 || info.st_size < 0) return {};
  const auto file_size = static_cast<std::uint64_t>(info.st_size);
  const std::optional<Extent> extent = find_directory(descriptor, file_size);
  if (!extent) return {};
  ZipDirectory damaged{false, true, {}};
  if (extent->offset > file_size || extent->size > file_size - extent->offset) return damaged;

  const std::string bytes = read_at(descriptor, extent->offset, extent->size);
  ZipDirectory directory{true, false, {}};
  for (std::string_view rest = bytes; !rest.empty();) {
    if (rest.size() < kEntrySize || !rest.starts_with(kEntry)) return damaged;
    const std::uint64_t name = number(rest, 28, 2);
    const std::uint64_t whole = kEntrySize + name + number(rest, 30, 2) + number(rest, 32, 2);
    if (whole > rest.size()) return damaged;
    directory.names.emplace_back(rest.substr(kEntrySize, name));
    rest.remove_prefix(whole);
  }
  return directory;
}

}  // namespace graphwitness
