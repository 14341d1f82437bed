#include "exec/onnx/empty_sequence.h"

#include <string>
#include <utility>

#include "exec/onnx/environment.h"
#include "exec/protobuf.h"
#include "graphwitness/support/error.h"

namespace graphwitness::exec::onnx {
namespace {

// The numbers are those of fields in onnx.proto; they never change.
constexpr std::uint64_t kIrVersion = 8;
constexpr std::uint64_t kOpset = 15;
constexpr std::uint64_t kAttributeInt = 2;

}  // namespace

Ort::Value empty_sequence(const Ort::TypeInfo& element) {
  if (element.GetONNXType() != ONNX_TYPE_TENSOR) throw InputError("is empty, of a type that cannot be made here");
  const auto dtype = static_cast<std::uint64_t>(element.GetTensorTypeAndShapeInfo().GetElementType());
  const std::string tensor = ProtobufWriter().bytes(1, ProtobufWriter().number(1, dtype).str()).str();
  const std::string type = ProtobufWriter().bytes(4, ProtobufWriter().bytes(1, tensor).str()).str();
  const std::string attribute = ProtobufWriter().bytes(1, "dtype").number(3, dtype).number(20, kAttributeInt).str();
  const std::string node = ProtobufWriter().bytes(2, "empty").bytes(4, "SequenceEmpty").bytes(5, attribute).str();
  const std::string output = ProtobufWriter().bytes(1, "empty").bytes(2, type).str();
  const std::string graph = ProtobufWriter().bytes(1, node).bytes(2, "empty").bytes(12, output).str();
  const std::string model =
      ProtobufWriter().number(1, kIrVersion).bytes(7, graph).bytes(8, ProtobufWriter().number(2, kOpset).str()).str();
  Ort::Session session(environment(), model.data(), model.size(), Ort::SessionOptions());
  const char* name = "empty";
  return std::move(session.Run(Ort::RunOptions(), nullptr, nullptr, 0, &name, 1).front());
}

}  // namespace graphwitness::exec::onnx
