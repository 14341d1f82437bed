#pragma once
/// Values in files of their own as ONNX has them: the `input_0.pb` and `output_0.pb` of test data folders.
///
/// A file does not say what it holds, so a reader has to be told whether it is a tensor, a sequence or an optional: the
/// model's declared type says so. Limits: no sparse tensors, no data outside of the file, no types of less than a byte.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "exec/value.h"

namespace graphwitness::exec {

/// The declared type of the value in a file, as far as its form depends on it.
enum class OnnxForm : std::uint8_t {
  unknown,  ///< a tensor if the file can be one, else a sequence
  tensor,
  sequence,
  optional_tensor,
  optional_sequence,
  map,
};

struct OnnxValue {
  std::string name;  ///< may be ""
  Value value;
};

/// Throws InputError that says what is wrong, without the file's name.
OnnxValue read_onnx_value(std::string_view bytes, OnnxForm form);

/// A tensor, a list of tensors or None, and plain numbers as tensors. Throws InputError for what ONNX cannot hold.
std::string write_onnx_value(const std::string& name, const Value& value);

}  // namespace graphwitness::exec
