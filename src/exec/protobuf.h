#pragma once
/// The few bytes of protobuf that this library reads and writes itself: tensors of ONNX in files of their own, and
/// models of a node or two. The reader takes any bytes; whoever wants a whole model parsed uses the front end.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace graphwitness::exec {

class ProtobufWriter {
 public:
  ProtobufWriter& number(std::uint32_t field, std::uint64_t value);
  /// A string, bytes, a message or packed numbers.
  ProtobufWriter& bytes(std::uint32_t field, std::string_view content);

  const std::string& str() const { return out_; }

 private:
  void varint(std::uint64_t value);

  std::string out_;
};

struct ProtobufField {
  enum class Wire : std::uint8_t { varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };
  std::uint32_t field = 0;
  Wire wire = Wire::varint;
  std::uint64_t number = 0;    ///< of all but `bytes`: the bits
  std::string_view content{};  ///< of `bytes`
};

/// Takes fields off the front of `bytes`. Throws InputError for what is no protobuf.
class ProtobufReader {
 public:
  explicit ProtobufReader(std::string_view bytes) : bytes_(bytes) {}

  /// None at the end.
  std::optional<ProtobufField> next();
  bool at_end() const { return bytes_.empty(); }
  /// For packed numbers.
  std::uint64_t varint();

 private:
  std::uint64_t fixed(std::size_t size);

  std::string_view bytes_;
};

}  // namespace graphwitness::exec
