#pragma once
/// Fields that ONNX gained after 1.12: read through the accessor where the onnx library in use has one,
/// else from the message's unknown fields.

#include <onnx/onnx_pb.h>

#include <string>
#include <vector>

namespace graphwitness {

template <class Message>
std::string unknown_string(const Message& message, int number) {
  std::string value;
  const auto& fields = message.unknown_fields();
  for (int i = 0; i < fields.field_count(); ++i) {
    const auto& field = fields.field(i);
    if (field.number() == number && field.type() == field.TYPE_LENGTH_DELIMITED) value = field.length_delimited();
  }
  return value;
}

/// Entries that do not parse are left out: they would need a reader that we do not have.
template <class Entry, class Message>
std::vector<Entry> unknown_messages(const Message& message, int number) {
  std::vector<Entry> entries;
  const auto& fields = message.unknown_fields();
  for (int i = 0; i < fields.field_count(); ++i) {
    const auto& field = fields.field(i);
    if (field.number() != number || field.type() != field.TYPE_LENGTH_DELIMITED) continue;
    Entry entry;
    if (entry.ParseFromString(field.length_delimited())) entries.push_back(std::move(entry));
  }
  return entries;
}

template <class Message>  // NodeProto, FunctionProto
std::string overload_of(const Message& message) {
  if constexpr (requires { message.overload(); }) {
    return message.overload();
  } else {
    constexpr bool kIsNode = std::is_same_v<Message, onnx::NodeProto>;
    return unknown_string(message, kIsNode ? 8 : 13);
  }
}

template <class Message>
std::vector<onnx::StringStringEntryProto> metadata_of(const Message& node) {
  if constexpr (requires { node.metadata_props(); }) {
    return {node.metadata_props().begin(), node.metadata_props().end()};
  } else {
    return unknown_messages<onnx::StringStringEntryProto>(node, 9);
  }
}

template <class Message>
std::vector<onnx::ValueInfoProto> value_info_of(const Message& function) {
  if constexpr (requires { function.value_info(); }) {
    return {function.value_info().begin(), function.value_info().end()};
  } else {
    return unknown_messages<onnx::ValueInfoProto>(function, 12);
  }
}

/// Default values of a function's attributes.
template <class Message>
std::vector<onnx::AttributeProto> defaults_of(const Message& function) {
  if constexpr (requires { function.attribute_proto(); }) {
    return {function.attribute_proto().begin(), function.attribute_proto().end()};
  } else {
    return unknown_messages<onnx::AttributeProto>(function, 11);
  }
}

}  // namespace graphwitness
