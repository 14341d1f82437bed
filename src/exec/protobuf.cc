#include "exec/protobuf.h"

#include <cstring>

#include "graphwitness/support/error.h"

namespace graphwitness::exec {
namespace {

using Wire = ProtobufField::Wire;

[[noreturn]] void no_message() { throw InputError("it is no protobuf message, or a truncated one"); }

}  // namespace

void ProtobufWriter::varint(std::uint64_t value) {
  while (value >= 0x80) {
    out_ += static_cast<char>((value & 0x7FU) | 0x80U);
    value >>= 7U;
  }
  out_ += static_cast<char>(value);
}

ProtobufWriter& ProtobufWriter::number(std::uint32_t field, std::uint64_t value) {
  varint(std::uint64_t{field} << 3U);
  varint(value);
  return *this;
}

ProtobufWriter& ProtobufWriter::bytes(std::uint32_t field, std::string_view content) {
  varint(std::uint64_t{field} << 3U | static_cast<std::uint64_t>(Wire::bytes));
  varint(content.size());
  out_ += content;
  return *this;
}

std::uint64_t ProtobufReader::varint() {
  std::uint64_t value = 0;
  for (unsigned int shift = 0; shift < 64; shift += 7) {
    if (bytes_.empty()) no_message();
    const auto byte = static_cast<unsigned char>(bytes_.front());
    bytes_.remove_prefix(1);
    value |= std::uint64_t{byte & 0x7FU} << shift;
    if (byte < 0x80) return value;
  }
  no_message();
}

std::uint64_t ProtobufReader::fixed(std::size_t size) {
  if (bytes_.size() < size) no_message();
  std::uint64_t value = 0;
  std::memcpy(&value, bytes_.data(), size);
  bytes_.remove_prefix(size);
  return value;
}

std::optional<ProtobufField> ProtobufReader::next() {
  if (bytes_.empty()) return std::nullopt;
  const std::uint64_t tag = varint();
  if (tag >> 3U == 0 || tag >> 3U > 0x1FFF'FFFF) no_message();
  ProtobufField field{.field = static_cast<std::uint32_t>(tag >> 3U), .wire = static_cast<Wire>(tag & 7U)};
  switch (field.wire) {
    case Wire::varint:
      field.number = varint();
      return field;
    case Wire::fixed64:
      field.number = fixed(8);
      return field;
    case Wire::fixed32:
      field.number = fixed(4);
      return field;
    case Wire::bytes: {
      const std::uint64_t size = varint();
      if (size > bytes_.size()) no_message();
      field.content = bytes_.substr(0, size);
      bytes_.remove_prefix(size);
      return field;
    }
  }
  no_message();
}

}  // namespace graphwitness::exec
