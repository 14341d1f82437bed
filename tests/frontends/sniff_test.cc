#include "frontends/sniff.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>

#include "graphwitness/support/error.h"
#include "temporary_folder.h"
#include "zip_file.h"

namespace graphwitness {
namespace {

using std::string_view_literals::operator""sv;

Sniffed sniff_bytes(std::string_view bytes) {
  const TemporaryFolder folder;
  return sniff(write_file(folder.path() / "file", bytes));
}

std::string error_of(const std::string& path) {
  try {
    sniff(path);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

// ir_version 8; producer_name "pytorch"; a graph of two bytes.
constexpr std::string_view kOnnx = "\x08\x08\x12\x07pytorch\x3a\x02\x12\x00"sv;

}  // namespace

TEST_CASE("models are told by content") {
  CHECK(sniff_bytes(torchscript_names()).kind == FileKind::torchscript);
  CHECK(sniff_bytes(kOnnx).kind == FileKind::onnx);
  CHECK(sniff_bytes("// a comment\n\n  graph \"forward\" scripted ():\n    return\n").kind == FileKind::ir);
  CHECK(sniff_bytes("format torchscript\n").kind == FileKind::ir);
}

TEST_CASE("an ONNX model may be truncated, come without a version or hold fields of the future") {
  CHECK(sniff_bytes(kOnnx.substr(0, 6)).kind == FileKind::onnx);
  CHECK(sniff_bytes(kOnnx.substr(2)).kind == FileKind::onnx);
  CHECK(sniff_bytes(std::string(kOnnx) + "\xfa\x3f\x01!").kind == FileKind::onnx);
}

TEST_CASE("other protobufs and other bytes are not ONNX") {
  CHECK(sniff_bytes("\x08\x02\x10\x01\x22\x08 12345678"sv).kind == FileKind::other);  // a TensorProto
  CHECK(sniff_bytes("\x08\x03\x08\x04\x08\x05\x10\x01\x42\x01x\x4a\x04 123"sv).kind ==
        FileKind::other);  // with three sizes
  CHECK(sniff_bytes("\x0a\x05hello"sv).kind == FileKind::other);
  CHECK(sniff_bytes("\x08\x09\x0a\x0b\x0c\x0d\x0e"sv).kind == FileKind::other);
}

TEST_CASE("what is no model is told by name") {
  const auto found = [](std::string_view bytes) { return sniff_bytes(bytes).found; };
  CHECK(found(zip_of({"c/data.pkl", "c/data/0", "c/version"})) == "a checkpoint written by `torch.save`");
  CHECK(found("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.\x80\x02"sv).starts_with("a checkpoint"));
  CHECK(found("\x80\x04\x95\x03\0\0\0\0\0\0\0]\x94."sv) == "a pickle");
  CHECK(found("") == "empty (0 bytes)");
  CHECK(found("Dear reader,\n") == "a text file");
  CHECK(found("version https://git-lfs.github.com/spec/v1\n") == "a pointer of Git LFS, not the file itself");
  CHECK(found(zip_of({})) == "an empty zip archive");
  CHECK(found(zip_of({"a/notes.txt"})).starts_with("a zip archive without a model"));
  CHECK(found(zip_of({"arr_0.npy"})) == "a file of NumPy arrays (`.npz`)");
  CHECK(found(zip_of({"m/archive_format", "m/models/model.json"})).starts_with("an archive of `torch.export`"));
  CHECK(found("\x18\0\0\0ORTM\0\0"sv).find(".ort") != std::string::npos);
  CHECK(found("\0\0\x80\x3f\0\0\0\x40"sv) ==
        "a file of 8 bytes of no known kind (it starts with 00 00 80 3f 00 00 00 40)");
}

TEST_CASE("a checkpoint is told what to do") {
  CHECK(sniff_bytes(zip_of({"c/data.pkl"})).advice == "save the model with `torch.jit.save`");
}

TEST_CASE("an archive cut anywhere is truncated, whatever is left of it") {
  const std::string whole = torchscript_names();
  for (std::size_t size = 4; size < whole.size(); ++size) {
    const Sniffed sniffed = sniff_bytes(std::string_view(whole).substr(0, size));
    CHECK(sniffed.found == "a zip archive whose end is missing (truncated)");
  }
}

TEST_CASE("a central directory that claims more than the file holds is none") {
  std::string file = torchscript_names();
  file.replace(file.size() - 10, 4, "\xff\xff\xff\x7f");  // its size
  CHECK(sniff_bytes(file).found == "a zip archive that is damaged, or whose start is missing");
  CHECK(sniff_bytes(torchscript_names().substr(9)).found == "a zip archive that is damaged, or whose start is missing");
}

TEST_CASE("what cannot be read as a file names the path") {
  const TemporaryFolder folder;
  const std::string missing = folder.path() / "missing.pt";
  CHECK(error_of(missing) == "`" + missing + "` does not exist, expected a model file; check the path");
  CHECK(error_of(folder.path()).ends_with("is a folder, expected a model file; name a file in it"));
  const std::string pipe = folder.path() / "pipe";
  REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
  CHECK(error_of(pipe).find("is a device, pipe or socket") != std::string::npos);
}

}  // namespace graphwitness
