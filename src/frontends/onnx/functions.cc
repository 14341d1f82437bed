#include "frontends/onnx/functions.h"

#include "frontends/onnx/newer_fields.h"

namespace graphwitness {

std::string qualified_name(const std::string& domain, const std::string& name) {
  return (domain.empty() || domain == "ai.onnx" ? "onnx" : domain) + "::" + name;
}

namespace {

std::string with_overload(std::string name, const std::string& overload) {
  return overload.empty() ? std::move(name) : std::move(name) + ":" + overload;
}

}  // namespace

FunctionTable::FunctionTable(const onnx::ModelProto& model) {
  functions_.reserve(static_cast<std::size_t>(model.functions_size()));
  for (const onnx::FunctionProto& proto : model.functions()) {
    LocalFunction function{.proto = &proto,
                           .name = with_overload(qualified_name(proto.domain(), proto.name()), overload_of(proto)),
                           .defaults = defaults_of(proto),
                           .types = value_info_of(proto),
                           .bytes = proto.ByteSizeLong()};
    by_name_.try_emplace(function.name, functions_.size());
    functions_.push_back(std::move(function));
  }
}

const LocalFunction* FunctionTable::find(const onnx::NodeProto& node) const {
  if (functions_.empty()) return nullptr;
  const auto found = by_name_.find(with_overload(qualified_name(node.domain(), node.op_type()), overload_of(node)));
  return found == by_name_.end() ? nullptr : &functions_[found->second];
}

}  // namespace graphwitness
