#pragma once
/// Small ONNX models for tests: made from ONNX's text form or field by field, written to a temporary file and read.

#include <onnx/onnx_pb.h>

#include <string>
#include <string_view>

#include "graphwitness/ir/graph.h"

namespace graphwitness {

/// A file that goes when the object goes.
class TemporaryFile {
 public:
  explicit TemporaryFile(std::string_view content);
  ~TemporaryFile();
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// The text of a graph, such as `g (float[N] x) => (float[N] y) { y = Relu(x) }`, as a model of opset 16.
onnx::ModelProto model_of(const std::string& graph_text);

Graph read_bytes(std::string_view bytes);
Graph read(const onnx::ModelProto& model);
Graph read(const std::string& graph_text);

/// The IR of the graphs alone, without metadata, tables and comments.
std::string body_of(const Graph& graph);
/// What read_onnx says about the bytes with the file's name cut out; "" when it reads them.
std::string error_of(std::string_view bytes);
std::string error_of(const onnx::ModelProto& model);

}  // namespace graphwitness
