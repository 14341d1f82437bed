#pragma once
/// Types of all values of a graph, packed: a million values must stay cheap. Types other than tensors are kept as
/// messages.

#include <onnx/onnx_pb.h>

#include <span>
#include <unordered_map>
#include <vector>

#include "graphwitness/ir/graph.h"
#include "inference/onnx_inference.h"

namespace graphwitness {

class TypeStore {
 public:
  explicit TypeStore(const Graph& graph);

  InferredType operator[](ValueId value) const;
  /// A type other than a tensor's; null: a tensor, or unknown.
  const onnx::TypeProto* other(ValueId value) const;

  void set(ValueId value, DType dtype);  ///< rank unknown
  void set(ValueId value, DType dtype, std::span<const Dim> dims);
  void set(ValueId value, const InferredType& type);
  void set(ValueId value, TypeId declared);
  void set(ValueId value, const onnx::TypeProto& type);

  /// Clears `proto` first; false when nothing is known of the value.
  bool write(ValueId value, onnx::TypeProto& proto) const;
  /// `dims` of a read type live until the next call.
  InferredType read(const onnx::TypeProto& type);
  InferredType of(TypeId type) const;

 private:
  struct Packed {
    std::uint32_t first = 0;
    std::uint32_t count = 0;
    DType dtype = DType::unknown;
    bool is_tensor = false;
    bool ranked = false;
  };
  const Graph& graph_;
  std::vector<Packed> types_;  // by value
  std::vector<Dim> dims_;
  std::vector<Dim> scratch_;
  std::unordered_map<std::uint32_t, onnx::TypeProto> others_;  // by value
};

}  // namespace graphwitness
