#pragma once
/// Copies a serialized ONNX model without the bytes of its large tensors, so that parsing costs what its structure
/// costs.
///
/// Every message that can nest is walked with an explicit stack, and bounds and depth are checked, so the
/// onnx library's own (recursive) parser then meets only what is well-formed and shallow. Training graphs are dropped.

#include <cstdint>
#include <string>

#include "frontends/onnx/byte_file.h"

namespace graphwitness {

/// A TensorProto keeps its data up to this many bytes (64 int64); beyond, all of it is cut out.
constexpr std::uint64_t kInlineBytes = 512;
/// How deep subgraphs may nest, and types. Each subgraph is three messages deep.
constexpr int kMaxGraphDepth = 256;
constexpr int kMaxTypeDepth = 32;
/// Enough for what strip_weights lets through.
constexpr int kMessageDepth = 3 * kMaxGraphDepth + 3 * kMaxTypeDepth + 16;

/// What stands in a stripped TensorProto for data that was cut: an unknown field with the number below, which no .proto
/// file may declare; one that the model itself brings is dropped.
struct Cut {
  static constexpr int kFieldNumber = 19999;
  static constexpr std::uint64_t kScattered = UINT64_MAX;
  std::uint64_t offset = kScattered;  ///< of the payload in the file; kScattered: not in one piece
  std::uint64_t length = 0;           ///< bytes that the data takes in the file
  std::uint64_t field = 0;            ///< TensorProto field that held it; 0: several
};

/// Throws InputError when the file is no serialized protobuf message, ends early, nests too deep, or has a structure
/// of 2 GiB or more.
std::string strip_weights(ByteFile& file);

}  // namespace graphwitness
