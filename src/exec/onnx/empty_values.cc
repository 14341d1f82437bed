#include "exec/onnx/empty_values.h"

#include <string>
#include <vector>

#include "exec/onnx/environment.h"
#include "exec/protobuf.h"
#include "graphwitness/support/error.h"

namespace graphwitness::exec::onnx {
namespace {

// The numbers are those of fields in onnx.proto; they never change.
constexpr std::uint64_t kIrVersion = 8;
constexpr std::uint64_t kOpset = 15;
constexpr std::uint64_t kAttributeInt = 2;
constexpr std::uint64_t kAttributeType = 13;

std::string tensor_type(const Ort::TypeInfo& type) {
  if (type.GetONNXType() != ONNX_TYPE_TENSOR) throw InputError("is empty, of a type that cannot be made here");
  const auto number = static_cast<std::uint64_t>(type.GetTensorTypeAndShapeInfo().GetElementType());
  return ProtobufWriter().bytes(1, ProtobufWriter().number(1, number).str()).str();
}

std::string sequence_of(const std::string& element) {
  return ProtobufWriter().bytes(4, ProtobufWriter().bytes(1, element).str()).str();
}

/// A graph of one node without inputs, whose output is the graph's.
Ort::Value output_of(const std::string& op, const std::string& attribute, const std::string& type) {
  const std::string node = ProtobufWriter().bytes(2, "empty").bytes(4, op).bytes(5, attribute).str();
  const std::string output = ProtobufWriter().bytes(1, "empty").bytes(2, type).str();
  const std::string graph = ProtobufWriter().bytes(1, node).bytes(2, "empty").bytes(12, output).str();
  const std::string model =
      ProtobufWriter().number(1, kIrVersion).bytes(7, graph).bytes(8, ProtobufWriter().number(2, kOpset).str()).str();
  Ort::Session session(environment(), model.data(), model.size(), Ort::SessionOptions());
  const char* name = "empty";
  return std::move(session.Run(Ort::RunOptions(), nullptr, nullptr, 0, &name, 1).front());
}

}  // namespace

Ort::Value empty_sequence(const Ort::TypeInfo& element) {
  const std::string type = tensor_type(element);
  const auto number = static_cast<std::uint64_t>(element.GetTensorTypeAndShapeInfo().GetElementType());
  const std::string attribute = ProtobufWriter().bytes(1, "dtype").number(3, number).number(20, kAttributeInt).str();
  return output_of("SequenceEmpty", attribute, sequence_of(type));
}

Ort::Value empty_optional(const Ort::TypeInfo& contained) {
  const bool sequence = contained.GetONNXType() == ONNX_TYPE_SEQUENCE;
  const std::string type = sequence ? sequence_of(tensor_type(contained.GetSequenceTypeInfo().GetSequenceElementType()))
                                    : tensor_type(contained);
  const std::string attribute = ProtobufWriter().bytes(1, "type").bytes(14, type).number(20, kAttributeType).str();
  const std::string optional = ProtobufWriter().bytes(9, ProtobufWriter().bytes(1, type).str()).str();
  return output_of("Optional", attribute, optional);
}

}  // namespace graphwitness::exec::onnx
