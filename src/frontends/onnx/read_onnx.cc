#include "frontends/onnx/read_onnx.h"

#include <google/protobuf/arena.h>
#include <google/protobuf/io/coded_stream.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "frontends/onnx/byte_file.h"
#include "frontends/onnx/graph_mapper.h"
#include "frontends/onnx/problems.h"
#include "frontends/onnx/strip.h"
#include "frontends/onnx/tensors.h"
#include "graphwitness/ir/builder.h"
#include "graphwitness/support/error.h"

namespace graphwitness {
namespace {

constexpr std::string_view kExpected = ", expected a serialized ONNX model";

bool is_text(std::string_view head) {
  return std::ranges::all_of(head, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x20 || byte == '\n' || byte == '\r' || byte == '\t';
  });
}

std::string head_of(ByteFile& file) {
  std::string head;
  file.append(0, std::min<std::uint64_t>(file.size(), 64), head);
  return head;
}

[[noreturn]] void refuse(const ByteFile& file, std::string_view found, std::string_view advice = {}) {
  throw InputError("`" + file.path() + "` is " + std::string(found) + std::string(kExpected) + std::string(advice));
}

/// Files that are often taken for ONNX models, as far as their first bytes give them away.
void refuse_other_formats(ByteFile& file) {
  if (file.size() == 0) refuse(file, "empty");
  const std::string head = head_of(file);
  // A flatbuffer starts with a small offset; the zero tells it from a model whose producer is called "ORTM...".
  if (head.size() >= 8 && head[3] == '\0' && head.compare(4, 4, "ORTM") == 0) {
    refuse(file, "an ONNX Runtime flatbuffer (.ort)", "; give the .onnx file that it was made from");
  }
  if (head.starts_with("PK\x03\x04")) refuse(file, "a zip archive, perhaps of torch.save or torch.jit.save");
  if (head.starts_with("version https://git-lfs")) {
    refuse(file, "a Git LFS pointer", "; fetch the file itself with `git lfs pull`");
  }
}

/// Protobuf has no magic bytes, so text is only called text when it does not read as a model.
std::string strip_or_refuse(ByteFile& file) {
  try {
    return strip_weights(file);
  } catch (const InputError&) {
    if (!is_text(head_of(file))) throw;
    refuse(file, "text", "; text forms of ONNX (.onnxtxt, .textproto) must be converted with the onnx package first");
  }
}

onnx::ModelProto* parse(ByteFile& file, google::protobuf::Arena& arena) {
  const std::string bytes = strip_or_refuse(file);
  google::protobuf::io::CodedInputStream input(reinterpret_cast<const std::uint8_t*>(bytes.data()),
                                               static_cast<int>(bytes.size()));
  input.SetRecursionLimit(kMessageDepth);
  auto* model = google::protobuf::Arena::CreateMessage<onnx::ModelProto>(&arena);
  if (!model->MergePartialFromCodedStream(&input) || !input.ConsumedEntireMessage()) {
    throw InputError("`" + file.path() + "` is not a readable ONNX model: its protobuf messages are damaged" +
                     std::string(kExpected) + "; export or copy it again");
  }
  if (!model->has_graph()) {
    refuse(file, "a protobuf message without a graph", "; a tensor file (input_0.pb) is not one");
  }
  return model;
}

std::string domain_name(const std::string& domain) { return domain.empty() ? "ai.onnx" : domain; }

void add_properties(const onnx::ModelProto& model, GraphBuilder& builder) {
  const auto add = [&](std::string_view key, bool is_set, const std::string& value) {
    if (is_set) builder.add_property(key, value);
  };
  add("ir_version", model.has_ir_version(), std::to_string(model.ir_version()));
  add("producer_name", model.has_producer_name(), model.producer_name());
  add("producer_version", model.has_producer_version(), model.producer_version());
  add("domain", model.has_domain(), model.domain());
  add("model_version", model.has_model_version(), std::to_string(model.model_version()));
  add("doc_string", !model.doc_string().empty(), model.doc_string());
  add("graph_doc_string", !model.graph().doc_string().empty(), model.graph().doc_string());
  for (const auto& opset : model.opset_import()) {
    builder.add_property("opset." + domain_name(opset.domain()), std::to_string(opset.version()));
  }
  for (const onnx::FunctionProto& function : model.functions()) {
    for (const auto& opset : function.opset_import()) {
      builder.add_property(
          "function_opset." + qualified_name(function.domain(), function.name()) + "." + domain_name(opset.domain()),
          std::to_string(opset.version()));
    }
  }
  for (const auto& entry : model.metadata_props()) builder.add_property("metadata." + entry.key(), entry.value());
  add("training_info", model.training_info_size() > 0, std::to_string(model.training_info_size()));
  const int annotations = model.graph().quantization_annotation_size();
  add("quantization_annotations", annotations > 0, std::to_string(annotations));
}

}  // namespace

Graph read_onnx(const std::string& path) {
  ByteFile file(path);
  refuse_other_formats(file);
  // An arena frees messages without descending into them, however deep they nest.
  google::protobuf::Arena arena;
  const onnx::ModelProto& model = *parse(file, arena);

  GraphBuilder builder;
  Problems problems;
  builder.set_format(Format::onnx);
  add_properties(model, builder);
  TensorMapper tensors(builder, problems, path);
  GraphMapper(builder, tensors, problems, model, path).map(model.graph());
  for (const std::string& location : tensors.external_locations()) builder.add_property("external_data", location);
  problems.write(builder);
  return std::move(builder).build();
}

}  // namespace graphwitness
