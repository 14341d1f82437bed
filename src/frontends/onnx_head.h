#pragma once
/// Tells an ONNX model from other files by the numbers of its outermost protobuf fields, without reading what is in
/// them. A truncated model still counts as ONNX: its reader says what is wrong with it.

#include <cstdint>

namespace graphwitness {

bool looks_like_onnx(int descriptor, std::uint64_t size);

}  // namespace graphwitness
