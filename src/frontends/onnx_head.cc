#include "frontends/onnx_head.h"

#include <unistd.h>

#include <array>
#include <optional>

namespace graphwitness {
namespace {

constexpr int kMaxFields = 1000;
/// After so many right ones an unknown field speaks of a newer ONNX, not of another kind of file.
constexpr int kFieldsThatTell = 2;
constexpr std::uint64_t kGraphField = 7;
constexpr std::uint64_t kVersionTag = 0x08;  // ir_version, which writers put first

enum Wire : std::uint8_t { wire_varint = 0, wire_bytes = 2 };

/// The wire type that ModelProto gives a field; none when it has no such field.
std::optional<Wire> expected_wire(std::uint64_t field) {
  switch (field) {
    case 1:  // ir_version
    case 5:  // model_version
      return wire_varint;
    case 2:   // producer_name
    case 3:   // producer_version
    case 4:   // domain
    case 6:   // doc_string
    case 7:   // graph
    case 8:   // opset_import
    case 14:  // metadata_props
    case 20:  // training_info
    case 25:  // functions
    case 26:  // configuration
      return wire_bytes;
    default:
      return std::nullopt;
  }
}

class FieldReader {
 public:
  FieldReader(int descriptor, std::uint64_t size) : descriptor_(descriptor), size_(size) {}

  bool at_end() const { return at_ >= size_; }
  void skip(std::uint64_t bytes) { at_ = bytes > size_ - at_ ? size_ : at_ + bytes; }

  /// None at the end of the file, or for more than 64 bits.
  std::optional<std::uint64_t> varint() {
    std::array<unsigned char, 10> bytes{};
    const ssize_t count = pread(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(at_));
    std::uint64_t value = 0;
    for (unsigned int i = 0; i < count; ++i) {
      value |= std::uint64_t{bytes[i] & 0x7FU} << (7 * i);
      if (bytes[i] < 0x80) {
        at_ += i + 1;
        return value;
      }
    }
    return std::nullopt;
  }

 private:
  int descriptor_;
  std::uint64_t size_;
  std::uint64_t at_ = 0;
};

}  // namespace

bool looks_like_onnx(int descriptor, std::uint64_t size) {
  FieldReader reader(descriptor, size);
  bool has_graph = false;
  bool starts_with_version = false;
  for (int i = 0; i < kMaxFields && !reader.at_end(); ++i) {
    const std::optional<std::uint64_t> tag = reader.varint();
    if (!tag) break;
    const std::optional<Wire> wire = expected_wire(*tag >> 3U);
    if (!wire || *wire != (*tag & 7U)) return i >= kFieldsThatTell && (starts_with_version || has_graph);
    // A model has one version; the sizes of a tensor, as ONNX test data holds them, are a field of the same number.
    if (i > 0 && starts_with_version && *tag == kVersionTag) return false;
    if (i == 0) starts_with_version = *tag == kVersionTag;
    has_graph |= (*tag >> 3U) == kGraphField;
    const std::optional<std::uint64_t> value = reader.varint();
    if (!value) break;
    if (*wire == wire_bytes) reader.skip(*value);
  }
  return starts_with_version || has_graph;
}

}  // namespace graphwitness
