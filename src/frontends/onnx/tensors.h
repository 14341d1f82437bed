#pragma once
/// TensorProto as a Tensor of the IR: small data inline, large data as a place in the model's file or in an external
/// one.
///
/// Large data in varint fields (int32_data, int64_data, uint64_data, string_data) or in several pieces has no
/// place that a reader could use, so it is absent and only its length in the file is kept; exporters write raw_data.
/// External files are named, never opened.

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <set>
#include <string>

#include "frontends/onnx/problems.h"
#include "graphwitness/ir/builder.h"

namespace graphwitness {

struct MappedTensor {
  TensorId id;
  TypeId type;
};

class TensorMapper {
 public:
  TensorMapper(GraphBuilder& builder, Problems& problems, const std::string& model_path);

  MappedTensor map(const onnx::TensorProto& tensor);
  /// Its type is that of the dense tensor; the data is absent.
  MappedTensor map(const onnx::SparseTensorProto& tensor);
  /// A list of numbers too long to be worth a literal each.
  TensorId map_list(DType dtype, std::uint64_t count, const void* data);

  /// Locations of external data as the model writes them, each once.
  const std::set<std::string>& external_locations() const { return external_locations_; }

 private:
  TypeId type_of(const onnx::TensorProto& tensor, std::uint64_t& expected_bytes);
  TensorId map_data(const onnx::TensorProto& tensor, TypeId type, std::uint64_t expected_bytes);
  TensorId map_cut(const onnx::TensorProto& tensor, TypeId type, std::uint64_t expected_bytes, const std::string& cut);
  TensorId map_external(const onnx::TensorProto& tensor, TypeId type, std::uint64_t expected_bytes);
  void expect_length(const onnx::TensorProto& tensor, std::uint64_t found, std::uint64_t expected);

  GraphBuilder& builder_;
  Problems& problems_;
  Symbol model_file_;
  std::string folder_;
  std::set<std::string> external_locations_;
};

}  // namespace graphwitness
