#pragma once
/// A zip file of PyTorch, mapped and not read: where each record lies, and its bytes when asked for.
///
/// Only what its directory says and the file's size bears out is believed. Limits: stored and deflated entries,
/// zip64, no encryption, one volume. Deflated records that were read stay in memory, at most `kMostInflated` bytes of
/// all.

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace graphwitness::torchscript {

struct Record {
  std::uint64_t offset = 0;  ///< of its first byte in the file
  std::uint64_t stored = 0;  ///< bytes it takes in the file
  std::uint64_t size = 0;    ///< bytes after inflating
  bool deflated = false;
};

/// Ends a mapping of so many bytes.
struct Unmap {
  std::size_t size = 0;
  void operator()(const char* bytes) const;
};

class Archive {
 public:
  static constexpr std::uint64_t kMostInflated = std::uint64_t{256} << 20U;

  /// Throws InputError for anything but an intact zip file.
  explicit Archive(std::string path);
  Archive(const Archive&) = delete;
  Archive& operator=(const Archive&) = delete;

  const std::string& path() const { return path_; }
  /// Name of the one folder that holds all records.
  const std::string& folder() const { return folder_; }
  /// Sorted; names do not include the folder.
  const std::map<std::string, Record, std::less<>>& records() const { return records_; }
  /// Names of the records that hold code, sorted.
  std::vector<std::string> code() const;
  const Record* find(std::string_view name) const;
  /// Bytes of a record; those of a stored one stay valid as long as the archive. Throws InputError if it is not there.
  std::string_view read(std::string_view name);
  /// `count` bytes at `offset` of the file, which the caller has checked to lie in a stored record.
  std::string_view bytes(std::uint64_t offset, std::uint64_t count) const;

  /// InputError whose text begins with the file's name.
  [[noreturn]] void fail(const std::string& what) const;

 private:
  struct Directory {
    std::uint64_t offset;
    std::uint64_t size;
    std::uint64_t entries;
  };
  void map_file();
  void refuse_other_formats() const;
  Directory find_directory() const;
  void read_directory();
  void add_entry(std::string name, Record record, std::uint64_t header);
  std::uint64_t data_offset(std::uint64_t header) const;
  void refuse_overlaps() const;
  void choose_folder();

  std::string path_;
  std::string folder_;
  std::unique_ptr<const char, Unmap> mapping_;  ///< what `file_` looks at, also while the constructor may still throw
  std::string_view file_;
  std::map<std::string, Record, std::less<>> records_;
  std::map<std::string, std::string, std::less<>> inflated_;
  std::uint64_t inflated_bytes_ = 0;
  std::string first_entry_;
};

}  // namespace graphwitness::torchscript
