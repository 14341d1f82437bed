#include "exec/inputs/npz.h"

#include <fmt/format.h>
#include <zip.h>

#include <algorithm>
#include <memory>
#include <string_view>

#include "exec/inputs/npy.h"
#include "graphwitness/support/error.h"

namespace graphwitness::exec {
namespace {

constexpr std::string_view kEnding = ".npy";

using Archive = std::unique_ptr<zip_t, decltype(&zip_discard)>;
using Entry = std::unique_ptr<zip_file_t, decltype(&zip_fclose)>;

Archive open_archive(const std::string& path) {
  int error = 0;
  return {zip_open(path.c_str(), ZIP_RDONLY, &error), &zip_discard};
}

/// Unpacks as much as there is, never as much as the directory claims.
std::string read_entry(zip_t* archive, zip_uint64_t index, std::uint64_t most) {
  const Entry entry(zip_fopen_index(archive, index, 0), &zip_fclose);
  if (!entry) throw InputError("an entry cannot be opened: damaged file, or encrypted");
  std::string bytes;
  constexpr std::size_t kBite = std::size_t{1} << 20U;
  while (true) {
    const std::size_t before = bytes.size();
    bytes.resize(before + kBite);
    const zip_int64_t count = zip_fread(entry.get(), bytes.data() + before, kBite);
    if (count < 0) throw InputError("an entry cannot be unpacked: damaged file");
    bytes.resize(before + static_cast<std::size_t>(count));
    if (count == 0) return bytes;
    if (bytes.size() > most) throw InputError("it unpacks to more than 2 GiB");
  }
}

}  // namespace

std::vector<NamedTensor> read_npz(const std::string& path) {
  const Archive archive = open_archive(path);
  if (!archive) throw InputError("it is no zip archive, or a truncated one");
  std::vector<NamedTensor> tensors;
  std::uint64_t left = kMostNpzBytes;
  const zip_int64_t count = zip_get_num_entries(archive.get(), 0);
  for (zip_int64_t i = 0; i < count; ++i) {
    const auto index = static_cast<zip_uint64_t>(i);
    const char* spelled = zip_get_name(archive.get(), index, 0);
    std::string name = spelled == nullptr ? "" : spelled;
    try {
      const std::string bytes = read_entry(archive.get(), index, left);
      left -= bytes.size();
      tensors.push_back(
          {name.substr(0, name.size() - (name.ends_with(kEnding) ? kEnding.size() : 0)), read_npy(bytes)});
    } catch (const InputError& error) {
      throw InputError(fmt::format("entry `{}`: {}", name, error.what()));
    }
  }
  if (tensors.empty()) throw InputError("it holds no arrays");
  return tensors;
}

std::string write_npz(const std::vector<NamedTensor>& tensors) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* const memory = zip_source_buffer_create(nullptr, 0, 0, &error);
  Archive archive(memory == nullptr ? nullptr : zip_open_from_source(memory, ZIP_TRUNCATE, &error), &zip_discard);
  if (!archive) throw InputError("no zip archive can be made in memory");
  zip_source_keep(memory);
  const std::unique_ptr<zip_source_t, decltype(&zip_source_free)> owner(memory, &zip_source_free);
  std::vector<std::string> contents;  // stay until the archive is closed
  contents.reserve(tensors.size());
  for (const NamedTensor& one : tensors) {
    contents.push_back(write_npy(one.tensor));
    zip_source_t* const content = zip_source_buffer(archive.get(), contents.back().data(), contents.back().size(), 0);
    const zip_int64_t index =
        zip_file_add(archive.get(), (one.name + std::string(kEnding)).c_str(), content, ZIP_FL_ENC_UTF_8);
    if (index < 0) throw InputError(fmt::format("`{}` has no place in a zip archive", one.name));
    constexpr zip_uint16_t kFirstDay = 0x21;  // 1980-01-01: the same bytes every time
    zip_set_file_compression(archive.get(), static_cast<zip_uint64_t>(index), ZIP_CM_STORE, 0);
    zip_file_set_dostime(archive.get(), static_cast<zip_uint64_t>(index), 0, kFirstDay, 0);
  }
  if (zip_close(archive.get()) != 0) throw InputError("the zip archive cannot be finished");
  (void)archive.release();
  zip_stat_t info;
  zip_source_stat(memory, &info);
  std::string bytes(info.size, '\0');
  if (zip_source_open(memory) != 0) throw InputError("the zip archive cannot be read back");
  zip_source_read(memory, bytes.data(), bytes.size());
  zip_source_close(memory);
  return bytes;
}

bool is_npz(const std::string& path) {
  const Archive archive = open_archive(path);
  if (!archive) return false;
  const zip_int64_t count = zip_get_num_entries(archive.get(), 0);
  if (count <= 0) return false;
  const char* name = zip_get_name(archive.get(), 0, 0);
  return name != nullptr && std::string_view(name).ends_with(kEnding);
}

}  // namespace graphwitness::exec
