#pragma once
/// Tells what a file is from its content, never from its name. Reads the first bytes and, of a zip archive, the
/// central directory. It says what a file wants to be, not that it is sound: that is for the reader of that kind.

#include <cstdint>
#include <string>

namespace graphwitness {

enum class FileKind : std::uint8_t { other, torchscript, onnx, ir };

struct Sniffed {
  FileKind kind = FileKind::other;
  std::string found;   ///< of `other`: what it is, "a checkpoint written by `torch.save`"
  std::string advice;  ///< of `other`: what to do, "save the model with `torch.jit.save`"
};

/// Throws InputError, naming the file, when it cannot be read or is no file.
Sniffed sniff(const std::string& path);

}  // namespace graphwitness
