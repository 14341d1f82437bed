#include "frontends/onnx/models.h"

#include <doctest/doctest.h>
#include <onnx/defs/parser.h>
#include <stdlib.h>
#include <unistd.h>

#include <fstream>

#include "frontends/onnx/read_onnx.h"
#include "graphwitness/ir/text.h"
#include "graphwitness/support/error.h"

namespace graphwitness {

TemporaryFile::TemporaryFile(std::string_view content) : path_("/tmp/graphwitness_test_XXXXXX") {
  const int descriptor = ::mkstemp(path_.data());
  REQUIRE(descriptor >= 0);
  ::close(descriptor);
  std::ofstream(path_, std::ios::binary) << content;
}

TemporaryFile::~TemporaryFile() { ::unlink(path_.c_str()); }

onnx::ModelProto model_of(const std::string& graph_text) {
  onnx::ModelProto model;
  onnx::OnnxParser parser(graph_text.c_str());
  const auto status = parser.Parse(*model.mutable_graph());
  REQUIRE_MESSAGE(status.IsOK(), status.ErrorMessage());
  model.set_ir_version(8);
  model.add_opset_import()->set_version(16);
  return model;
}

Graph read_bytes(std::string_view bytes) { return read_onnx(TemporaryFile(bytes).path()); }
Graph read(const onnx::ModelProto& model) { return read_bytes(model.SerializeAsString()); }
Graph read(const std::string& graph_text) { return read(model_of(graph_text)); }

std::string body_of(const Graph& graph) {
  std::string text = print(graph, {.comments = false});
  const std::size_t start = text.find("graph \"");
  REQUIRE(start != std::string::npos);
  return text.substr(start);
}

std::string error_of(std::string_view bytes) {
  const TemporaryFile file(bytes);
  try {
    read_onnx(file.path());
    return {};
  } catch (const InputError& error) {
    std::string message = error.what();
    const std::string name = "`" + file.path() + "`";
    CHECK(message.find('\n') == std::string::npos);
    const std::size_t at = message.find(name);
    REQUIRE(at != std::string::npos);
    return message.erase(at, name.size() + 1);
  }
}

std::string error_of(const onnx::ModelProto& model) { return error_of(model.SerializeAsString()); }

}  // namespace graphwitness
