#include "frontends/torchscript/worker/archive.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "graphwitness/support/error.h"

namespace graphwitness::torchscript {
namespace {

constexpr std::uint32_t kEndMark = 0x06054b50;
constexpr std::uint32_t kEnd64Mark = 0x06064b50;
constexpr std::uint32_t kEnd64LocatorMark = 0x07064b50;
constexpr std::uint32_t kEntryMark = 0x02014b50;
constexpr std::uint32_t kLocalMark = 0x04034b50;
constexpr std::size_t kEndSize = 22;
constexpr std::size_t kEnd64LocatorSize = 20;
constexpr std::size_t kEnd64Size = 56;
constexpr std::size_t kEntrySize = 46;
constexpr std::size_t kLocalSize = 30;
constexpr std::uint16_t kZip64Extra = 1;

/// A little-endian number at `at`; the caller has checked that it lies inside.
template <class T>
T number(std::string_view bytes, std::size_t at) {
  T value = 0;
  std::memcpy(&value, bytes.data() + at, sizeof(T));
  return value;
}

bool fits(std::uint64_t offset, std::uint64_t count, std::uint64_t size) {
  return offset <= size && count <= size - offset;
}

/// Sizes and the offset that did not fit 32 bits, in the order the format lists them. False: the extra field is short.
bool read_zip64(std::string_view extra, std::uint64_t& size, std::uint64_t& stored, std::uint64_t& header) {
  const auto large = [](std::uint64_t value) { return value == 0xFFFF'FFFF; };
  if (!large(size) && !large(stored) && !large(header)) return true;
  for (std::size_t at = 0; at + 4 <= extra.size();) {
    const auto id = number<std::uint16_t>(extra, at);
    const auto length = number<std::uint16_t>(extra, at + 2);
    if (!fits(at + 4, length, extra.size())) return false;
    if (id == kZip64Extra) {
      std::size_t next = at + 4;
      const std::size_t end = next + length;
      for (std::uint64_t* field : {&size, &stored, &header}) {
        if (!large(*field)) continue;
        if (next + 8 > end) return false;
        *field = number<std::uint64_t>(extra, next);
        next += 8;
      }
      return true;
    }
    at += 4U + length;
  }
  return false;
}

}  // namespace

Archive::Archive(std::string path) : path_(std::move(path)) {
  map_file();
  refuse_other_formats();
  read_directory();
  refuse_overlaps();
  choose_folder();
}

void Unmap::operator()(const char* bytes) const { munmap(const_cast<char*>(bytes), size); }

void Archive::fail(const std::string& what) const { throw InputError("`" + path_ + "`: " + what); }

void Archive::map_file() {
  const int fd = open(path_.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) fail(std::string("cannot be opened: ") + std::strerror(errno));
  struct stat status {};
  if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
    close(fd);
    fail("not a regular file; give the file that `torch.jit.save` wrote");
  }
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size == 0) {
    close(fd);
    fail("empty file, expected a TorchScript archive");
  }
  void* mapping = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
  const int error = errno;
  close(fd);
  if (mapping == MAP_FAILED) fail(std::string("cannot be mapped: ") + std::strerror(error));
  mapping_ = {static_cast<const char*>(mapping), Unmap{size}};
  file_ = {mapping_.get(), size};
}

void Archive::refuse_other_formats() const {
  if (file_.starts_with("PK\x03\x04") || file_.starts_with("PK\x05\x06")) return;
  if (file_.starts_with("\x80\x02\x8a\x0al\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19")) {
    fail(
        "a `torch.save` checkpoint of the format before PyTorch 1.6, not a model; load it in Python, script or trace "
        "the"
        " model and write it with `torch.jit.save`");
  }
  if (file_.size() > 2 && file_[0] == '\x80' && file_[1] >= 2 && file_[1] <= 5) {
    fail(
        "a Python pickle, not a model; load it in Python, script or trace the model and write it with "
        "`torch.jit.save`");
  }
  fail("not a zip file, expected a TorchScript archive as `torch.jit.save` writes it");
}

Archive::Directory Archive::find_directory() const {
  const std::string truncated =
      "the zip directory at the end of the file is missing: truncated file? Copy it again, or"
      " write it again with `torch.jit.save`";
  if (file_.size() < kEndSize) fail(truncated);
  const std::size_t lowest = file_.size() - std::min<std::size_t>(file_.size(), kEndSize + 0xFFFF);
  std::size_t end = file_.size() - kEndSize;
  while (number<std::uint32_t>(file_, end) != kEndMark) {
    if (end == lowest) fail(truncated);
    --end;
  }
  Directory directory{.offset = number<std::uint32_t>(file_, end + 16),
                      .size = number<std::uint32_t>(file_, end + 12),
                      .entries = number<std::uint16_t>(file_, end + 10)};
  if (end >= kEnd64LocatorSize && number<std::uint32_t>(file_, end - kEnd64LocatorSize) == kEnd64LocatorMark) {
    const auto at = number<std::uint64_t>(file_, end - kEnd64LocatorSize + 8);
    if (!fits(at, kEnd64Size, file_.size()) || number<std::uint32_t>(file_, at) != kEnd64Mark) fail(truncated);
    directory = {.offset = number<std::uint64_t>(file_, at + 48),
                 .size = number<std::uint64_t>(file_, at + 40),
                 .entries = number<std::uint64_t>(file_, at + 32)};
  }
  if (!fits(directory.offset, directory.size, file_.size())) {
    fail("the zip directory points outside of the file: truncated or damaged file");
  }
  return directory;
}

void Archive::read_directory() {
  const Directory directory = find_directory();
  const std::string_view table = file_.substr(directory.offset, directory.size);
  std::size_t at = 0;
  for (std::uint64_t entry = 0; entry < directory.entries; ++entry) {
    if (!fits(at, kEntrySize, table.size()) || number<std::uint32_t>(table, at) != kEntryMark) {
      fail("entry " + std::to_string(entry) + " of the zip directory is damaged");
    }
    const auto flags = number<std::uint16_t>(table, at + 8);
    const auto method = number<std::uint16_t>(table, at + 10);
    std::uint64_t stored = number<std::uint32_t>(table, at + 20);
    std::uint64_t size = number<std::uint32_t>(table, at + 24);
    const auto name_length = number<std::uint16_t>(table, at + 28);
    const auto extra_length = number<std::uint16_t>(table, at + 30);
    const auto comment_length = number<std::uint16_t>(table, at + 32);
    std::uint64_t header = number<std::uint32_t>(table, at + 42);
    if (!fits(at + kEntrySize, std::uint64_t{name_length} + extra_length + comment_length, table.size())) {
      fail("entry " + std::to_string(entry) + " of the zip directory is damaged");
    }
    std::string name(table.substr(at + kEntrySize, name_length));
    const std::string_view extra = table.substr(at + kEntrySize + name_length, extra_length);
    if (!read_zip64(extra, size, stored, header)) fail("zip entry `" + name + "` lacks its 64-bit sizes");
    if ((flags & 1U) != 0) fail("zip entry `" + name + "` is encrypted");
    if (method != 0 && method != 8) {
      fail("zip entry `" + name + "` has compression method " + std::to_string(method) +
           ", expected stored or deflated");
    }
    if (!name.ends_with('/')) {
      add_entry(std::move(name), {.stored = stored, .size = size, .deflated = method == 8}, header);
    }
    at += kEntrySize + name_length + extra_length + comment_length;
  }
}

std::uint64_t Archive::data_offset(std::uint64_t header) const {
  return header + kLocalSize + number<std::uint16_t>(file_, header + 26) + number<std::uint16_t>(file_, header + 28);
}

void Archive::add_entry(std::string name, Record record, std::uint64_t header) {
  if (!fits(header, kLocalSize, file_.size()) || number<std::uint32_t>(file_, header) != kLocalMark) {
    fail("zip entry `" + name + "` is not where the directory says: truncated or damaged file");
  }
  record.offset = data_offset(header);
  if (!fits(record.offset, record.stored, file_.size())) {
    fail("zip entry `" + name + "` reaches past the end of the file: truncated or damaged file");
  }
  if (!record.deflated && record.stored != record.size) {
    fail("zip entry `" + name + "` is stored with " + std::to_string(record.stored) + " bytes and claims " +
         std::to_string(record.size));
  }
  const std::string_view path = name;
  if (path.starts_with('/') || path == ".." || path.starts_with("../") || path.find("/../") != path.npos ||
      path.ends_with("/..")) {
    fail("zip entry `" + name + "` climbs out of the archive's folder");
  }
  if (first_entry_.empty()) first_entry_ = name;
  if (!records_.emplace(name, record).second) fail("zip entry `" + name + "` is there twice");
}

void Archive::refuse_overlaps() const {
  std::vector<std::pair<const std::string*, const Record*>> order;
  order.reserve(records_.size());
  for (const auto& [name, record] : records_) order.emplace_back(&name, &record);
  std::ranges::sort(order, {}, [](const auto& item) { return std::pair(item.second->offset, item.second->stored); });
  for (std::size_t i = 1; i < order.size(); ++i) {
    const Record& before = *order[i - 1].second;
    if (before.offset + before.stored <= order[i].second->offset) continue;
    fail("zip entries `" + *order[i - 1].first + "` and `" + *order[i].first + "` overlap");
  }
}

void Archive::choose_folder() {
  const std::size_t slash = first_entry_.find('/');
  if (slash == std::string::npos) {
    fail("a zip file without a model's folder, expected a TorchScript archive as `torch.jit.save` writes it");
  }
  folder_ = first_entry_.substr(0, slash);
  const std::string prefix = folder_ + '/';
  std::map<std::string, Record, std::less<>> inside;
  for (const auto& [name, record] : records_) {
    if (name.starts_with(prefix)) inside.emplace(name.substr(prefix.size()), record);
  }
  records_ = std::move(inside);
}

std::vector<std::string> Archive::code() const {
  std::vector<std::string> names;
  for (const auto& [name, record] : records_) {
    if (name.starts_with("code/") && name.ends_with(".py")) names.push_back(name);
  }
  return names;
}

const Record* Archive::find(std::string_view name) const {
  const auto found = records_.find(name);
  return found == records_.end() ? nullptr : &found->second;
}

std::string_view Archive::bytes(std::uint64_t offset, std::uint64_t count) const { return file_.substr(offset, count); }

std::string_view Archive::read(std::string_view name) {
  const Record* record = find(name);
  if (record == nullptr) fail("record `" + std::string(name) + "` is missing");
  if (!record->deflated) return bytes(record->offset, record->size);
  if (const auto known = inflated_.find(name); known != inflated_.end()) return known->second;
  if (record->size > kMostInflated - inflated_bytes_) {
    fail("record `" + std::string(name) + "` inflates to " + std::to_string(record->size) + " bytes, at most " +
         std::to_string(kMostInflated) + " are read of all deflated records");
  }
  // Deflate packs at most 1032 to 1, so a larger claim is false and must not be allocated.
  if (record->size / 1032 > record->stored) fail("record `" + std::string(name) + "` claims an impossible size");
  std::string text(record->size, '\0');
  z_stream stream{};
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) fail("no memory to inflate `" + std::string(name) + "`");
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(file_.data() + record->offset));
  stream.avail_in = static_cast<uInt>(std::min<std::uint64_t>(record->stored, 0xFFFF'FFFF));
  stream.next_out = reinterpret_cast<Bytef*>(text.data());
  stream.avail_out = static_cast<uInt>(text.size());
  const int status = inflate(&stream, Z_FINISH);
  const bool whole = status == Z_STREAM_END && stream.total_out == record->size;
  inflateEnd(&stream);
  if (!whole) fail("record `" + std::string(name) + "` does not inflate to the size that the directory claims");
  inflated_bytes_ += record->size;
  return inflated_.emplace(std::string(name), std::move(text)).first->second;
}

}  // namespace graphwitness::torchscript
