#include "frontends/sniff.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>

#include "frontends/onnx_head.h"
#include "frontends/zip_directory.h"
#include "graphwitness/support/error.h"
#include "support/file_handle.h"

namespace graphwitness {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kHead = 4096;

constexpr std::string_view kSaveModel = "save the model with `torch.jit.save`";
constexpr std::string_view kExportAgain = "copy or export it again";
constexpr std::string_view kGiveSource = "give the TorchScript or ONNX model it was made from";
constexpr std::string_view kGiveModel = "give a TorchScript archive or an ONNX model";

/// A file that its first bytes give away.
struct Mark {
  std::size_t at;
  std::string_view bytes;
  std::string_view found;
  std::string_view advice;
};

constexpr std::array kMarks = {
    // The pickled number that opened a checkpoint up to PyTorch 1.5.
    Mark{0, "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19"sv,
         "a checkpoint written by `torch.save` in the format before PyTorch 1.6", kSaveModel},
    Mark{0, "version https://git-lfs.github.com/"sv, "a pointer of Git LFS, not the file itself", "run `git lfs pull`"},
    Mark{4, "ORTM"sv, "a model of ONNX Runtime's own format (`.ort`)", kGiveSource},
    Mark{4, "TFL3"sv, "a TensorFlow Lite model", kGiveModel},
    Mark{0, "\x93NUMPY"sv, "a NumPy array", kGiveModel},
    Mark{0, "\x89HDF"sv, "an HDF5 file", kGiveModel},
    Mark{8, "{\"__metadata__\""sv, "a file of safetensors, which holds weights only", kSaveModel},
    Mark{0, "\x1f\x8b"sv, "a gzip file", "unpack it first"},
    Mark{257, "ustar"sv, "a tar archive", "unpack it first"},
    Mark{0,
         "\x7f"
         "ELF"sv,
         "a program or library", kGiveModel},
};

Sniffed other(std::string_view found, std::string_view advice) {
  return {FileKind::other, std::string(found), std::string(advice)};
}

/// The record names of a PyTorch archive, without the folder that all of them lie in.
struct Records {
  const ZipDirectory& directory;

  static std::string_view inner(std::string_view name) {
    const std::size_t slash = name.find('/');
    return slash == name.npos ? name : name.substr(slash + 1);
  }
  bool has(std::string_view record) const {
    return std::ranges::any_of(directory.names, [&](const std::string& name) { return inner(name) == record; });
  }
  bool has_below(std::string_view folder) const {
    return std::ranges::any_of(directory.names,
                               [&](const std::string& name) { return inner(name).starts_with(folder); });
  }
};

Sniffed sniff_zip(const ZipDirectory& directory) {
  const Records records{directory};
  if (records.has("constants.pkl") || records.has_below("code/")) return {FileKind::torchscript, {}, {}};
  if (records.has("data.pkl")) return other("a checkpoint written by `torch.save`", kSaveModel);
  if (records.has("model.json") && records.has("version")) {
    return other("a TorchScript archive of the layout before PyTorch 1.1", "save it again with a newer PyTorch");
  }
  if (records.has("archive_format") || records.has("serialized_exported_program.json")) {
    return other("an archive of `torch.export`, which is not read yet",
                 "save the model with `torch.jit.save` or `torch.onnx.export`");
  }
  if (directory.names.empty()) return other("an empty zip archive", kSaveModel);
  if (std::ranges::all_of(directory.names, [](const std::string& name) { return name.ends_with(".npy"); })) {
    return other("a file of NumPy arrays (`.npz`)", kGiveModel);
  }
  return other(
      fmt::format("a zip archive without a model (no `code/`, no `constants.pkl`; {} entries)", directory.names.size()),
      kSaveModel);
}

bool is_text(std::string_view head) {
  return std::ranges::none_of(head, [](char c) {
    return static_cast<unsigned char>(c) < ' ' && c != '\n' && c != '\r' && c != '\t' && c != '\f';
  });
}

/// The first word of IR text, after blanks and comments.
std::string_view first_word(std::string_view text) {
  while (true) {
    const std::size_t start = text.find_first_not_of(" \t\r\n");
    if (start == text.npos) return {};
    text.remove_prefix(start);
    if (!text.starts_with("//")) break;
    text.remove_prefix(std::min(text.find('\n'), text.size()));
  }
  const auto end = std::ranges::find_if_not(text, [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
  return text.substr(0, static_cast<std::size_t>(end - text.begin()));
}

bool is_ir(std::string_view head) {
  constexpr std::array kDeclarations = {"callable"sv, "constant"sv, "format"sv,   "graph"sv,  "location"sv,
                                        "missing"sv,  "module"sv,   "property"sv, "source"sv, "tensor"sv};
  return std::ranges::find(kDeclarations, first_word(head)) != kDeclarations.end();
}

std::string in_hex(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) text += fmt::format(" {:02x}", static_cast<unsigned char>(c));
  return text;
}

Sniffed sniff_head(std::string_view head, std::uint64_t size) {
  for (const Mark& mark : kMarks) {
    if (head.size() > mark.at && head.substr(mark.at).starts_with(mark.bytes)) return other(mark.found, mark.advice);
  }
  if (head.starts_with("PK\x03\x04")) return other("a zip archive whose end is missing (truncated)", kExportAgain);
  if (is_text(head)) return is_ir(head) ? Sniffed{FileKind::ir, {}, {}} : other("a text file", kGiveModel);
  if (head.size() > 1 && head[0] == '\x80' && head[1] >= 2 && head[1] <= 5) return other("a pickle", kSaveModel);
  return other(fmt::format("a file of {} bytes of no known kind (it starts with{})", size, in_hex(head.substr(0, 8))),
               kGiveModel);
}

FileHandle open_file(const std::string& path, std::uint64_t& size) {
  // Not waiting: opening a pipe that nobody writes to would never return.
  FileHandle file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!file && errno == ENOENT) {
    throw InputError(fmt::format("`{}` does not exist, expected a model file; check the path", path));
  }
  if (!file) throw InputError(fmt::format("`{}` cannot be opened: {}", path, std::strerror(errno)));
  struct stat info {};
  if (fstat(file.get(), &info) != 0)
    throw InputError(fmt::format("`{}` cannot be read: {}", path, std::strerror(errno)));
  if (S_ISDIR(info.st_mode)) {
    throw InputError(fmt::format("`{}` is a folder, expected a model file; name a file in it", path));
  }
  if (!S_ISREG(info.st_mode)) {
    throw InputError(
        fmt::format("`{}` is a device, pipe or socket, expected a model file; save it to a file first", path));
  }
  size = static_cast<std::uint64_t>(info.st_size);
  return file;
}

}  // namespace

Sniffed sniff(const std::string& path) {
  std::uint64_t size = 0;
  const FileHandle file = open_file(path, size);
  if (size == 0) return other("empty (0 bytes)", kExportAgain);

  std::array<char, kHead> buffer{};
  const ssize_t count = pread(file.get(), buffer.data(), buffer.size(), 0);
  if (count < 0) throw InputError(fmt::format("`{}` cannot be read: {}", path, std::strerror(errno)));
  const std::string_view head(buffer.data(), static_cast<std::size_t>(count));

  // An archive's directory stands at its end, so something else may stand before it.
  const ZipDirectory directory = read_zip_directory(file.get());
  if (directory.found) return sniff_zip(directory);
  if (looks_like_onnx(file.get(), size)) return {FileKind::onnx, {}, {}};
  if (directory.damaged) return other("a zip archive that is damaged, or whose start is missing", kExportAgain);
  return sniff_head(head, size);
}

}  // namespace graphwitness
